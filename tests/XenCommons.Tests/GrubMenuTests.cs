using XenCommons.Check;

namespace XenCommons.Tests;

/// <summary>Which entry of a grub.cfg is booted if nobody chooses (GRUB's manual, "default").</summary>
public sealed class GrubMenuTests
{
    const string Menu = """
        if [ "${next_entry}" ] ; then
           set default="${next_entry}"
        else
           set default="DEFAULT"
        fi
        menuentry 'Debian' --class debian $menuentry_id_option 'gnulinux-simple' {
        	if [ x = y ]; then
        		insmod gzio
        	fi
        	linux /boot/vmlinuz
        }
        submenu 'Xen and others' $menuentry_id_option 'xen-sub' {
        	menuentry 'Debian, with Xen' --class debian $menuentry_id_option 'xen-gnulinux' {
        		multiboot2	/boot/xen-4.17-amd64.gz placeholder
        		module2	/boot/vmlinuz
        	}
        	menuentry 'Debian, with another' {
        		linux /boot/other
        	}
        }
        """;

    [Theory]
    [InlineData("0", null, "Debian", false)]
    [InlineData("1", null, "Debian, with Xen", true)]
    [InlineData("1>1", null, "Debian, with another", false)]
    [InlineData("xen-sub>xen-gnulinux", null, "Debian, with Xen", true)]
    [InlineData("Xen and others>Debian, with Xen", null, "Debian, with Xen", true)]
    [InlineData("${saved_entry}", "# GRUB Environment Block\nsaved_entry=xen-sub>xen-gnulinux\n####", "Debian, with Xen", true)]
    [InlineData("${saved_entry}", null, "Debian", false)]
    public void The_default(string setting, string? environment, string title, bool isXen)
    {
        var entry = GrubMenu.Default(Menu.Replace("DEFAULT", setting, StringComparison.Ordinal), environment);
        Assert.Equal((title, isXen), (entry!.Title, entry.IsXen));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("nobody")]
    [InlineData("0>0")]
    public void One_that_is_not_there_is_not_told(string setting) => Assert.Null(GrubMenu.Default(Menu.Replace("DEFAULT", setting, StringComparison.Ordinal), null));
}
