namespace XenConsoled.Consoles;

/// <summary>A viewer of a console, apart from the pty's readers. Called on the loop's thread; it must not block.</summary>
interface IViewer
{
    /// <summary>The guest wrote something.</summary>
    void Output(ReadOnlySpan<byte> bytes);

    /// <summary>The guest has space for input again.</summary>
    void InputFreed();

    /// <summary>The console is gone.</summary>
    void Ended();
}
