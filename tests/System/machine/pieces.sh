# What build.sh and kernels.sh both do.

archive() { (cd "$1" && find . -mindepth 1 | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$2"; }

number() { od -A n -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# The kernel proper out of a bzImage, so that nobody has to decompress it again under emulation (boot protocol: payload_offset, payload_length).
kernel() {
	local image=$1 to=$2 start length
	start=$((($(number "$image" 497 1) + 1) * 512 + $(number "$image" 584 4)))
	length=$(number "$image" 588 4)
	head -c $((start + length)) "$image" | tail -c "$length" >"$to.packed"
	case $(od -A n -t x1 -N 4 "$to.packed" | tr -d ' ') in
	fd377a58) xz -dc --single-stream "$to.packed" >"$to" ;;
	28b52ffd) head -c -4 "$to.packed" | zstd -dcq >"$to" ;;
	1f8b*) gzip -dc "$to.packed" >"$to" || [ $? = 2 ] ;;
	*) echo "the kernel in $image is packed in an unknown way" >&2; exit 1 ;;
	esac
	rm "$to.packed"
	strip -g "$to"
}

# frontends ROOT RELEASE GUEST: a kernel's drivers for a guest's disks and networks, into the guest's tree.
frontends() {
	local name file
	for name in xen-blkfront xen-netfront; do
		for file in $(modprobe -d "$1" -S "$2" --show-depends $name | sed -n 's/^insmod \([^ ]*\).*/\1/p'); do
			case $file in *.xz) xz -dc "$file" ;; *.zst) zstd -dcq "$file" ;; *) cat "$file" ;; esac >"$3/modules/$name.ko"
		done
	done
}
