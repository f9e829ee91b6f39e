namespace XenCommons.Top;

/// <summary>How much a cell should be noticed.</summary>
enum TopMark { None, Noticed, Urgent }
