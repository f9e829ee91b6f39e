# Distributed under the terms of the MIT License
# `make dist` copies this into the overlay out/gentoo under the name that Portage wants, which has the version.

EAPI=8

DOTNET_PKG_COMPAT=10.0
inherit dotnet-pkg-base

DESCRIPTION="xenstored, xenconsoled, xendomains, xenwatchdogd and xencommons of a Xen host"
HOMEPAGE="https://wiki.gentoo.org/wiki/Xen"
SRC_URI="${P}.tar.gz"

LICENSE="MIT"
SLOT="0"
KEYWORDS="~amd64"
IUSE="+openrc systemd"
REQUIRED_USE="|| ( openrc systemd )"
# The packages that Directory.Packages.props pins are restored from NuGet while it is built.
RESTRICT+=" fetch network-sandbox test"

# Nothing is needed for the bus: without one, and without logind or elogind on it, nothing fails.
RDEPEND="
	app-emulation/xen-tools
	openrc? ( sys-apps/openrc )
	systemd? ( sys-apps/systemd )
"
BDEPEND="
	${DOTNET_PKG_BDEPS}
	llvm-core/clang
	sys-libs/zlib
"

# What xen-tools has under the same names, and must leave out: see env/xen-dom0-daemons.conf beside this overlay's packages.
XEN_TOOLS_OWN="usr/sbin/xenstored usr/sbin/xenconsoled usr/sbin/xenwatchdogd etc/init.d/xenstored etc/init.d/xencommons"

pkg_pretend() {
	has_version "${CATEGORY}/${PN}" && return
	local file
	for file in ${XEN_TOOLS_OWN}; do
		[[ ! -e ${EROOT}/${file} ]] && continue
		eerror "${EROOT}/${file} is app-emulation/xen-tools'. Have it leave out what this package brings:"
		eerror "  cp env/xen-dom0-daemons.conf ${EROOT}/etc/portage/env/"
		eerror "  echo 'app-emulation/xen-tools xen-dom0-daemons.conf' >>${EROOT}/etc/portage/package.env"
		eerror "  emerge --oneshot app-emulation/xen-tools"
		eerror "Daemons that run go on meanwhile; do not reboot before both packages are installed."
		die "app-emulation/xen-tools has daemons of the same names"
	done
}

pkg_nofetch() {
	einfo "In a checkout of the daemons, make dist makes out/${P}.tar.gz."
	einfo "Put it into your DISTDIR, and make its digest: ebuild ${PN}-${PV}.ebuild manifest"
}

pkg_setup() {
	dotnet-pkg-base_setup
}

src_compile() {
	emake publish LIBC=own
}

src_install() {
	emake install LIBC=own DESTDIR="${D}" PREFIX="${EPREFIX}/usr" SYSCONFDIR="${EPREFIX}/etc" INIT="$(usev openrc) $(usev systemd)"
	rm -r "${ED}/usr/share/doc/xenstored" || die
	dodoc README.md CHANGELOG.md
	docinto docs
	dodoc docs/*.md
	keepdir /etc/xen/auto /var/lib/xen/save
}

pkg_postinst() {
	elog "What runs goes on. xenconsoled and xen-watchdog may be restarted at any time:"
	if use openrc; then
		elog "  rc-service xenconsoled restart"
	fi
	if use systemd; then
		elog "  systemctl restart xenconsoled"
	fi
	elog "The store that runs, that of xen-tools or an earlier version of this one, is replaced while guests run by"
	elog "  xencommons store swap      (with --plan it only says what it would do, or what is in the way)"
	elog "Else the new version takes over at the next boot."
	elog "xencommons check tells whether this host has all that it needs."
}

pkg_prerm() {
	[[ -n ${REPLACED_BY_VERSION} ]] && return
	ewarn "The store that runs goes on without its service. To give guests back to xen-tools' C xenstored, before you unmerge this:"
	ewarn "  xencommons store swap --to=PROGRAM      (xenstored as xen-tools builds it without env/xen-dom0-daemons.conf)"
	ewarn "Do not start another xenstored beside the one that runs: guests would lose their disks and networks."
}
