using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage.InPlace;

/// <summary>What a slot of <see cref="TwinSlots"/> holds. What the numbers mean is for their writer to know.</summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct SlotNumbers(uint First, uint Second, uint Third, uint Fourth = 0);
