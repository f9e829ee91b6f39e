# The suite's doors. Each target first installs what it needs and is missing, on Debian 12.
PREFIX ?= /usr
SYSCONFDIR ?= /etc
# Where a systemd host keeps settings: /etc/default or /etc/sysconfig. (OpenRC's are in SYSCONFDIR/conf.d.)
SETTINGSDIR ?= $(SYSCONFDIR)/default
DESTDIR ?=
# A root without a login shell may lack what Debian puts there: debootstrap, mke2fs, modprobe.
export PATH := $(PATH):/usr/sbin:/sbin
# For which init systems. A systemd host that knows /etc/init.d as well (Debian) wants systemd alone: its `systemctl enable` looks there, too.
INIT ?= systemd openrc
# Layouts of the kernel's and of Xen's that differ by processor are those of x86-64.
RID ?= linux-x64
ifneq ($(shell uname -m),x86_64)
$(error this version is for x86-64 only, and this machine is $(shell uname -m))
endif
# Which C library the executables are built against: `debian11` for hosts from Debian 11 on (docs/decisions/0017), this machine's `own`,
# which distributions want, or `auto`: Debian 11's where apt-get can download it.
LIBC ?= $(if $(shell command -v apt-get),auto,own)
RUN_DIR ?= /tmp/xenstored-run
VERSION := $(shell sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)

# Packages are those of packages.lock.json, or nothing is built.
LOCKED = -p:RestoreLockedMode=true
# ContinuousIntegrationBuild: no path of this machine is in an executable. (Tests look for their files by such paths.)
PUBLISH = sysroot=$$(packaging/debian/sysroot.sh $(LIBC)) && dotnet publish -c Release -r $(RID) -v quiet --nologo $(LOCKED) -p:ContinuousIntegrationBuild=true -p:DebugType=none $${sysroot:+-p:SysRoot=$$sysroot}

.PHONY: help run demo cockpit demo-web test test-cockpit test-web test-web-host install-cockpit coverage test-systemd test-openrc test-xen test-xen-long test-hosts vm bench bench-xen publish lock reproducible install deb deb-daemons dist fuzz mutants kills clean deps-build deps-clients deps-cockpit deps-web deps-test deps-xen machines

# The versions of Xen that the suite boots: those of Debian 12, 13 and 11. Of the last only what uses the hypervisor's interfaces, unless it is named.
XEN ?= 4.17 4.20 4.14

# Whose init systems test-systemd and test-openrc take: bookworm, trixie or sid. Empty: this machine's own.
SUITE ?=
export SUITE

help:
	@echo 'make run      start xenstored here, without a hypervisor, in the foreground'
	@echo 'make demo     start it and show it with Debian'\''s xenstore-* clients'
	@echo 'make demo-web  Cockpit with our page, the daemons on a simulated hypervisor and guests to try, in a container (root; SUITE=trixie, PORT=9090)'
	@echo 'make test     all tests'
	@echo 'make test-cockpit  the page for Cockpit: types and unit tests'
	@echo 'make test-web  the page in Debian'\''s Cockpit and Chromium, as somebody uses it (root; SUITES=trixie, SCENES=console)'
	@echo 'make coverage how much of the sources the tests run (slow)'
	@echo 'make test-xen boot real Xen hosts in QEMU with our daemons and guests, and test them (no KVM needed)'
	@echo 'make test-xen-long  what takes minutes there: an HVM guest that boots Linux, twenty reboots, other kernels'
	@echo 'make test-systemd  the daemons as services of a real systemd (root, systemd-nspawn; SUITE=sid: that of another Debian)'
	@echo 'make test-openrc   the same with OpenRC (root; SUITE=sid)'
	@echo 'make test-hosts    whole Debians on a disk, as dom0 under their own init system (root)'
	@echo 'make test-web-host  such hosts with Cockpit and our page, in Chromium, and with Prometheus (root; XEN=4.17; many minutes each)'
	@echo 'make vm       such a host to try by hand (XEN=4.17)'
	@echo 'make bench-xen  measure them there beside the C ones'
	@echo 'make bench    measure both daemons beside the C ones and the OCaml xenstored'
	@echo 'make fuzz     fuzz what guests reach, and what a store leaves to the next one (FUZZ_EXECUTIONS=10000000 FUZZ_SEED=1)'
	@echo 'make mutants  break one rule at a time and see that the tests notice'
	@echo 'make kills    kill the store under its clients, at each named point and at any instant (KILLS=10000 KILL_SEED=1)'
	@echo 'make publish  executables in out/bin, for hosts from Debian 11 on (LIBC=own: for hosts like this one)'
	@echo 'make lock     writes packages.lock.json of all projects anew, after a change of Directory.Packages.props'
	@echo 'make reproducible  builds DAEMON=xenstored twice, in two folders, and compares'
	@echo 'make cockpit  the page for Cockpit, in out/cockpit (npm)'
	@echo 'make deb      packages for Debian with systemd, in out/: the daemons, and the page where npm is there'
	@echo 'make deb-daemons  the package of the daemons alone'
	@echo 'make dist     the sources for a distribution, in out/, and an overlay for Gentoo in out/gentoo'
	@echo 'make install  DESTDIR= PREFIX=/usr SYSCONFDIR=/etc INIT="systemd openrc"'
	@echo 'make install-cockpit  DESTDIR= PREFIX=/usr: the page'

# $(call need,commands,packages): installs packages unless all the commands are there
define need
	@missing=; for c in $(1); do command -v $$c >/dev/null 2>&1 || missing="$$missing $$c"; done; \
	if [ -n "$$missing" ]; then \
		if [ "$$(id -u)" != 0 ]; then echo "missing:$$missing. As root: apt-get install $(2)" >&2; exit 1; fi; \
		echo "installing $(2)"; apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(2) >/dev/null; \
	fi
endef

deps-build:
	@command -v dotnet >/dev/null || { echo 'missing: dotnet. Install the .NET SDK 10 (https://dotnet.microsoft.com/download)' >&2; exit 1; }
	$(call need,clang ld,clang zlib1g-dev libc6-dev binutils)
	@[ -e /usr/include/zlib.h ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends zlib1g-dev >/dev/null; } || { echo 'missing: zlib. As root: apt-get install zlib1g-dev' >&2; exit 1; }

deps-clients:
	$(call need,xenstore-ls xenstore-watch,xenstore-utils)

deps-test: deps-build deps-clients
	$(call need,gcc make dpkg dbus-daemon busctl strings python3,gcc libc6-dev make dpkg dbus-daemon systemd binutils python3)
	@[ -e /usr/include/xen/io/xs_wire.h ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends libxen-dev >/dev/null; } || { echo 'missing: Xen'\''s headers. As root: apt-get install libxen-dev' >&2; exit 1; }
	@[ -x /usr/bin/kill ] || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends procps >/dev/null; } || { echo 'missing: kill. As root: apt-get install procps' >&2; exit 1; }
	@[ -d tests/Peers/cache/deb -a -d tests/Peers/cache/clients/pyxs ] || [ "$$(id -u)" != 0 ] || apt-get update -qq
	$(MAKE) --no-print-directory -C tests/Peers
	tests/XenCommons.Tests/prometheus.sh
	@[ $(LIBC) = own ] || packaging/debian/sysroot.sh debian11 >/dev/null

DAEMONS = $(addprefix out/bin/,xenstored xenconsoled xendomains xenwatchdogd xencommons)
PROJECT_xenstored = XenStored
PROJECT_xenconsoled = XenConsoled
PROJECT_xendomains = XenDomains
PROJECT_xenwatchdogd = XenWatchdog
PROJECT_xencommons = XenCommons

$(DAEMONS): out/bin/%: $(shell find src -name obj -prune -o \( -name '*.cs' -o -name '*.csproj' -o -name '*.[ch]' \) -print) Directory.Build.props Directory.Build.targets Directory.Packages.props | deps-build
	$(PUBLISH) src/$(PROJECT_$*) -o out/bin
	@rm -f out/bin/*.xml out/bin/*.pdb; touch $@

publish: $(DAEMONS)

# The store with points at which a test has it kill itself. Nobody installs it.
CRASHING = out/crash/xenstored
$(CRASHING): $(shell find src -name obj -prune -o \( -name '*.cs' -o -name '*.csproj' -o -name '*.[ch]' \) -print) Directory.Build.props Directory.Build.targets Directory.Packages.props | deps-build
	$(PUBLISH) -p:CrashPoints=true src/XenStored -o out/crash
	@rm -f out/crash/*.xml out/crash/*.pdb; touch $@

lock: deps-build
	dotnet restore Daemons.sln --force-evaluate -v quiet

# The executable of DAEMON, as HEAD has it.
DAEMON ?= xenstored
reproducible: deps-build
	$(call need,git,git)
	packaging/reproducible.sh $(DAEMON)

run: out/bin/xenstored deps-clients
	@mkdir -p $(RUN_DIR)
	@echo 'xenstored runs in the foreground; end it with Ctrl-C. In another terminal:'
	@echo '    export XENSTORED_PATH=$(RUN_DIR)/socket'
	@echo '    xenstore-write /hello world; xenstore-ls'
	XENSTORED_PATH=$(RUN_DIR)/socket out/bin/xenstored -N --pid-file $(RUN_DIR)/pid --hypervisor simulated:$(RUN_DIR)/hypervisor

demo: out/bin/xenstored deps-clients
	dotnet publish -c Release -v quiet --nologo tests/Demo -o out/demo
	tests/Demo/demo.sh

# The page for Cockpit. node is needed only to build and to test it.
deps-cockpit:
	$(call need,node npm,nodejs npm)

PAGE = out/cockpit/xen/index.html
PAGE_PACKAGES = cockpit-xen/node_modules/.package-lock.json

$(PAGE_PACKAGES): cockpit-xen/package.json cockpit-xen/package-lock.json | deps-cockpit
	cd cockpit-xen && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PAGE): $(PAGE_PACKAGES) $(shell find cockpit-xen/src -type f) $(wildcard cockpit-xen/*.*) | deps-cockpit
	cd cockpit-xen && npm run --silent build
	@touch $@

cockpit: $(PAGE)

test-cockpit: $(PAGE_PACKAGES)
	cd cockpit-xen && npm run --silent types && npm test --silent

deps-web: deps-cockpit
	$(call need,systemd-nspawn debootstrap nsenter,systemd-container debootstrap util-linux)

# As root: a machine that serves the page, in a container, until Ctrl-C.
PORT ?= 9090
demo-web: $(PAGE) $(DAEMONS) deps-web
	cd cockpit-xen && npm run --silent build-web && exec node node_modules/.web/demo.mjs $(or $(SUITE),bookworm) $(PORT)

# As root: such machines with Debian 12's and 13's Cockpit, and Debian's Chromium. Pictures of all that was seen are left in out/test-web.
SUITES ?= bookworm trixie
test-web: $(PAGE) $(DAEMONS) deps-web
	$(call need,chromium,chromium)
	@rm -rf out/test-web
	cd cockpit-xen && npm run --silent build-web && SUITES='$(SUITES)' SCENES='$(SCENES)' node --test --test-reporter=spec node_modules/.web/page.test.mjs

# The longest first.
TESTS = XenDomains.Tests XenStored.Tests XenConsoled.Tests Shared.Tests XenWatchdog.Tests Conformance Repository XenCommons.Tests Format Fuzz
TESTS_BUT = 'Category!=Systemd$(if $(filter own,$(LIBC)),&Category!=Debian11)'

test: $(DAEMONS) $(CRASHING) deps-test
	dotnet build Daemons.sln -c Release --nologo -v quiet $(LOCKED)
	tests/run.sh $(TESTS_BUT) $(TESTS)

# How often the store is killed under its clients, a sixth of it without a keeper. KILL_SEED plays the same kills again.
KILLS ?= 10000
kills: $(CRASHING) deps-build
	KILLS=$(KILLS) $(if $(KILL_SEED),KILL_SEED=$(KILL_SEED)) dotnet test tests/XenStored.Tests -c Release --nologo -v quiet --logger 'console;verbosity=minimal' --filter FullyQualifiedName~KillTests

# What of src the tests run, in their own processes: what only the executables do is not counted. Slow, and no part of CI.
coverage: $(DAEMONS) $(CRASHING) deps-test
	dotnet build Daemons.sln -c Release --nologo -v quiet $(LOCKED)
	tests/coverage.sh $(TESTS_BUT) $(filter-out Fuzz Format Repository,$(TESTS))

# As root, where systemd-nspawn can run: the daemons as services of a real systemd.
test-systemd: $(DAEMONS) deps-test
	$(call need,systemd-nspawn,systemd-container)
	$(if $(SUITE),$(call need,debootstrap,debootstrap))
	for tests in XenConsoled.Tests XenDomains.Tests; do dotnet build tests/$$tests -c Release --nologo -v quiet || exit 1; done
	tests/Systemd/run.sh

# As root: the same with Debian's OpenRC.
test-openrc: $(DAEMONS) deps-test
	$(if $(SUITE),$(call need,debootstrap,debootstrap))
	tests/OpenRC/run.sh

deps-xen: deps-build
	$(call need,qemu-system-x86_64 cpio modprobe xz zstd gcc make dpkg mke2fs,qemu-system-x86 cpio kmod xz-utils zstd gcc libc6-dev make dpkg e2fsprogs)

machines: deps-xen
	@[ "$$(id -u)" != 0 ] || apt-get indextargets --format '$$(REPO_URI)' 'Created-By: Packages' | grep -q . || apt-get update -qq
	@for version in $(XEN); do tests/System/machine/build.sh $$version || exit 1; done

out/install: $(DAEMONS) $(wildcard systemd/* initd/* man/* dbus/* default/* catalog/*)
	@rm -rf out/install
	@$(MAKE) --no-print-directory install INIT=systemd DESTDIR=$(CURDIR)/out/install

# The daemons' package for Debian with systemd, in out/.
deb-daemons: $(DAEMONS)
	@rm -rf out/deb-tree
	@$(MAKE) --no-print-directory -s install INIT=systemd DESTDIR=$(CURDIR)/out/deb-tree
	@packaging/debian/build.sh out/deb-tree out

# Also the page's, where npm is there. It fetches the page's libraries.
deb: deb-daemons
	@rm -rf out/cockpit-tree
	@if command -v npm >/dev/null; then \
		$(MAKE) --no-print-directory -s install-cockpit DESTDIR=$(CURDIR)/out/cockpit-tree && packaging/debian/build-cockpit.sh out/cockpit-tree out; \
	else echo 'There is no npm, so the package cockpit-xen is not built: apt-get install npm, and run make deb again.' >&2; fi

# The sources as a distribution takes them, and Gentoo's overlay for them, whose ebuild has the version in its name.
dist:
	$(call need,git,git)
	@rm -rf out/gentoo && mkdir -p out
	git archive --format=tar.gz --prefix=xen-dom0-daemons-$(VERSION)/ -o out/xen-dom0-daemons-$(VERSION).tar.gz HEAD
	cp -r packaging/gentoo out/gentoo
	cd out/gentoo/app-emulation/xen-dom0-daemons && mv xen-dom0-daemons.ebuild xen-dom0-daemons-$(VERSION).ebuild

out/probe: $(shell find src/Shared tests/System/Probe -name obj -prune -o \( -name '*.cs' -o -name '*.c' -o -name '*.csproj' \) -print) | deps-build
	$(call need,gcc,gcc libc6-dev)
	$(PUBLISH) tests/System/Probe -o out/probe/usr/bin
	mkdir -p out/probe/usr/lib && gcc -O2 -Wall -Wextra -Werror -shared -fPIC -o out/probe/usr/lib/storewait.so tests/System/Probe/storewait.c
	@rm -f out/probe/usr/bin/*.xml out/probe/usr/bin/*.pdb; touch $@

# The guests' and dom0's consoles are left in out/test-xen.
test-xen: out/install out/probe machines
	tests/System/run.sh 'Category!=Measure&Category!=Host&Category!=Web&Category!=Long&$(if $(word 2,$(XEN)),(FullyQualifiedName!~_4_14&DisplayName!~4.14|Category=Interfaces)&(FullyQualifiedName~_4_17|DisplayName~4.17|Category!=Once),(FullyQualifiedName~_$(subst .,_,$(XEN))|DisplayName~$(XEN)))'

# What takes many minutes under emulation. The guests of the other versions are guests of 4.17 there.
test-xen-long: XEN = 4.14 4.17 4.20
test-xen-long: out/install out/probe machines
	tests/System/machine/kernels.sh 4.14 4.20 sid
	tests/System/run.sh "Category=Long&(FullyQualifiedName~_4_17|DisplayName~4.17|FullyQualifiedName!~_on_Xen_)"

# As root: whole Debians with systemd as dom0.
test-hosts test-web-host bench-xen: XEN := $(filter-out 4.14,$(XEN))
test-hosts: machines deb-daemons
	$(call need,debootstrap mke2fs,debootstrap e2fsprogs)
	@rm -rf out/deb-host && mkdir -p out/deb-host/root && cp out/xen-dom0-daemons_*.deb out/deb-host/root/
	@rm -rf out/openrc-host && $(MAKE) --no-print-directory -s install INIT=openrc DESTDIR=$(CURDIR)/out/openrc-host
	@for version in $(XEN); do for init in systemd openrc; do tests/System/machine/disk.sh $$version $$init || exit 1; done; done
	tests/System/run.sh 'Category=Host$(if $(word 2,$(XEN)),,&DisplayName~$(XEN))'

# As root: the same with Cockpit and the page, which is used in Chromium, and with Prometheus. Pictures are left in out/test-web-host.
test-web-host: machines deps-web deb
	$(call need,debootstrap mke2fs chromium,debootstrap e2fsprogs chromium)
	tests/XenCommons.Tests/prometheus.sh
	@rm -rf out/test-web-host out/deb-web-host && mkdir -p out/deb-web-host/root && cp out/xen-dom0-daemons_*.deb out/cockpit-xen_*.deb out/deb-web-host/root/
	@for version in $(XEN); do tests/System/machine/disk.sh $$version cockpit || exit 1; done
	cd cockpit-xen && npm run --silent build-web
	tests/System/run.sh 'Category=Web$(if $(word 2,$(XEN)),,&DisplayName~$(XEN))'

vm: out/install machines
	tests/System/machine/run.sh $(firstword $(XEN)) out/install

bench-xen: out/install out/probe machines
	dotnet test tests/System -c Release --nologo -v quiet --filter Category=Measure

bench: $(DAEMONS) deps-test
	bench/run.sh --write
	bench/console.sh --write --no-build

mutants: deps-build
	tests/mutants.sh

# FUZZ_TARGETS='ring core': only these. FUZZ_KEEP=1: what is new goes into the corpus.
fuzz: deps-build
	FUZZ_EXECUTIONS='$(FUZZ_EXECUTIONS)' FUZZ_SEED='$(FUZZ_SEED)' FUZZ_TARGETS='$(FUZZ_TARGETS)' FUZZ_KEEP='$(FUZZ_KEEP)' tests/Fuzz/run.sh

install: $(DAEMONS)
	for daemon in $(notdir $(DAEMONS)); do \
		install -D -m 755 out/bin/$$daemon $(DESTDIR)$(PREFIX)/sbin/$$daemon && \
		install -D -m 644 man/$$daemon.8 $(DESTDIR)$(PREFIX)/share/man/man8/$$daemon.8 && \
		sed -i 's:@VERSION@:$(VERSION):' $(DESTDIR)$(PREFIX)/share/man/man8/$$daemon.8 || exit 1; \
	done
ifneq ($(filter systemd,$(INIT)),)
	for unit in systemd/*; do install -D -m 644 $$unit $(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/} && sed -i 's:/usr/sbin/:$(PREFIX)/sbin/:' $(DESTDIR)$(PREFIX)/lib/systemd/system/$${unit##*/} || exit 1; done
	install -D -m 644 catalog/xen-daemons.catalog $(DESTDIR)$(PREFIX)/lib/systemd/catalog/xen-daemons.catalog
endif
ifneq ($(filter openrc,$(INIT)),)
	for script in initd/*; do install -D -m 755 $$script $(DESTDIR)$(SYSCONFDIR)/init.d/$${script##*/} && sed -i 's:/usr/sbin/:$(PREFIX)/sbin/:' $(DESTDIR)$(SYSCONFDIR)/init.d/$${script##*/} || exit 1; done
endif
	for folder in $(if $(filter systemd,$(INIT)),$(SETTINGSDIR)) $(if $(filter openrc,$(INIT)),$(SYSCONFDIR)/conf.d); do for settings in default/*; do \
		[ -e $(DESTDIR)$$folder/$${settings##*/} ] || install -D -m 644 $$settings $(DESTDIR)$$folder/$${settings##*/} || exit 1; \
	done; done
	install -D -m 644 dbus/org.xendaemons.Domains1.conf $(DESTDIR)$(PREFIX)/share/dbus-1/system.d/org.xendaemons.Domains1.conf
	install -D -m 644 dbus/org.xendaemons.Domains1.policy $(DESTDIR)$(PREFIX)/share/polkit-1/actions/org.xendaemons.Domains1.policy
	install -D -m 644 packaging/prometheus/xen.rules.yml $(DESTDIR)$(PREFIX)/share/xen-dom0-daemons/prometheus/xen.rules.yml
	install -D -m 644 packaging/grafana/xen-host.json $(DESTDIR)$(PREFIX)/share/xen-dom0-daemons/grafana/xen-host.json
	install -d -m 755 $(DESTDIR)$(SYSCONFDIR)/xen/auto
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/xenstored/LICENSE
	install -d -m 700 $(DESTDIR)/var/lib/xen/save

# Compressed, as Cockpit serves it.
install-cockpit: $(PAGE)
	install -d $(DESTDIR)$(PREFIX)/share/cockpit/xen
	umask 022; for file in out/cockpit/xen/*; do case $$file in \
		*.js|*.css) gzip -9nc $$file >$(DESTDIR)$(PREFIX)/share/cockpit/xen/$${file##*/}.gz ;; \
		*.txt) ;; \
		*) install -m 644 $$file $(DESTDIR)$(PREFIX)/share/cockpit/xen/ ;; \
	esac || exit 1; done
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/cockpit-xen/LICENSE
	install -m 644 out/cockpit/xen/licenses-of-libraries.txt $(DESTDIR)$(PREFIX)/share/doc/cockpit-xen/

clean:
	rm -rf cockpit-xen/node_modules
	rm -rf out */*/bin */*/obj src/Shared/*/bin src/Shared/*/obj tests/System/Probe/bin tests/System/Probe/obj
