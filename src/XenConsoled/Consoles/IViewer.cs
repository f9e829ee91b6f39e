namespace XenConsoled.Consoles;

/// <summary>Who looks at a console beside the pty's readers. Called on the loop's thread; must not block.</summary>
interface IViewer
{
    /// <summary>The guest wrote something.</summary>
    void Output(ReadOnlySpan<byte> bytes);

    /// <summary>The guest can be given more.</summary>
    void InputRoomCame();

    /// <summary>The console is gone.</summary>
    void Ended();
}
