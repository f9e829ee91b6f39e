using XenDomains.Facts;

namespace XenDomains.Planning.Steps;

/// <summary>A move of an image, and why.</summary>
sealed record ImageStep(SavedImage Image, ImageMove Move, string Why);
