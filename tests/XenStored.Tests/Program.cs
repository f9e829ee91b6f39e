using XenStored.Tests.Storage;

// The test runner needs no program; the kill test does: it is the process that is killed.
return args is ["kill-child", var file, var planted, var seed]
    ? KillChild.Run(file, Enum.Parse<PlantedBug>(planted), int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture))
    : 2;
