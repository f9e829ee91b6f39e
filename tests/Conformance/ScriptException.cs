namespace Xen.Conformance;

sealed class ScriptException(string message) : Exception(message);
