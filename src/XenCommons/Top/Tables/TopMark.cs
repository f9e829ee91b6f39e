namespace XenCommons.Top.Tables;

/// <summary>How much a cell should be noticed.</summary>
enum TopMark { None, Noticed, Urgent }
