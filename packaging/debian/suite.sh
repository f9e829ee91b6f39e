# For scripts: packages of any suite of Debian's, by this machine's apt as if on an empty system. Nothing is installed, and root is not needed.

# suite_open SUITE FOLDER: reads the suite's lists. suite_apt works on it from then on; lists and packages lie in FOLDER.
suite_open() {
	local mirror
	suite_folder=$2
	mkdir -p "$suite_folder"/{lists,archives,cache}/partial
	: >"$suite_folder/status"
	# On a new machine apt has read no lists yet, and only root may have it do so.
	mirror=$(suite_mirror)
	[ -n "$mirror" ] || [ "$(id -u)" != 0 ] || { apt-get -qq update && mirror=$(suite_mirror); } || true
	if [ -z "$mirror" ]; then
		echo "this machine's apt knows no mirror of Debian; apt-get update first" >&2
		return 1
	fi
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" >"$suite_folder/sources.list"
	suite_apt apt-get -q update >"$suite_folder/log" 2>&1 && return
	tail -5 "$suite_folder/log" >&2
	return 1
}

# suite_mirror: where this machine's own apt gets Debian from.
suite_mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | sed -n '/security/!{p;q}'; }

# suite_apt COMMAND ARGUMENT...: apt-get or apt-cache on that suite.
suite_apt() {
	"$1" -o Dir::Etc::sourcelist="$suite_folder/sources.list" -o Dir::Etc::sourceparts=/nonexistent -o Dir::Etc::preferencesparts=/nonexistent \
		-o Dir::State="$suite_folder" -o Dir::State::Lists="$suite_folder/lists" -o Dir::State::status="$suite_folder/status" \
		-o Dir::Cache="$suite_folder/cache" -o Dir::Cache::archives="$suite_folder/archives" \
		-o APT::Architecture=amd64 -o APT::Sandbox::User= -o APT::Update::Error-Mode=any -o Acquire::Languages=none -o Debug::NoLocking=true "${@:2}"
}

# links_within ROOT: links that begin at the root lead into ROOT, and no longer to this machine's own files.
links_within() {
	local link
	find "$1" -type l -lname '/*' | while read -r link; do ln -sfnr "$1$(readlink "$link")" "$link"; done
}
