namespace XenCommons.Top;

/// <summary>A key that was pressed: a character, or one of those below, which have none.</summary>
readonly record struct TopKey(char Character)
{
    internal static readonly TopKey Escape = new('\e'), Enter = new('\r'), Tab = new('\t'), Erase = new('\x7f'), Interrupt = new('\x03'),
        Suspend = new('\x1a'), Up = new('\ue000'), Down = new('\ue001'), PageUp = new('\ue002'), PageDown = new('\ue003'),
        First = new('\ue004'), Last = new('\ue005'), Unknown = new('\ue006');

    /// <summary>Whether it can be a part of a text.</summary>
    internal bool IsText => !char.IsControl(Character) && Character is < '\ue000' or > '\ue006';
}
