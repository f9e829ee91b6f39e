namespace XenCommons.Top.Tables;

/// <summary>A column of a table.</summary>
/// <param name="Name">How --sort calls it.</param>
/// <param name="Text">What stands above it.</param>
/// <param name="Width">Columns of the terminal that it takes.</param>
/// <param name="IsText">It is text, which begins at the left and is sorted by its letters. Of numbers the largest comes first.</param>
/// <param name="Grows">It takes what is left of the width.</param>
/// <param name="IsId">It is never cut, for half an id may be the id of another: a table makes it as wide as its longest text.</param>
sealed record TopHeading(string Name, string Text, int Width, bool IsText = false, bool Grows = false, bool IsId = false);
