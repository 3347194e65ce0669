#!/bin/bash
# Makes the image that the tests run, busybox:podium, by hand: one layer of Debian's static busybox. No registry is asked.
. "$(dirname "$0")/lib.sh"

[ -f "$STATE/busybox.tar" ] && exit 0
packages busybox busybox-static
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

root=$work/root
mkdir -p "$root"/{bin,etc,proc,sys,dev,tmp,root,var,usr} && chmod 755 "$root" && chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in $("$root/bin/busybox" --list); do
  [ "$applet" = busybox ] || ln -sf busybox "$root/bin/$applet"
done
printf 'root:x:0:0:root:/root:/bin/sh\nguest:x:1000:1000:guest:/tmp:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\nguest:x:1000:\n' >"$root/etc/group"

out=$work/out
mkdir "$out"
tar --sort=name --numeric-owner --owner=0 --group=0 --mtime=@0 -C "$root" -cf "$out/layer.tar" .
layer=$(sha256sum "$out/layer.tar" | cut -d' ' -f1)
case $(uname -m) in
  x86_64) arch=amd64 ;;
  aarch64) arch=arm64 ;;
  *) arch=$(uname -m) ;;
esac
cat >"$work/config" <<JSON
{"architecture":"$arch","os":"linux","created":"2026-01-01T00:00:00Z",
 "config":{"Env":["PATH=/bin:/usr/bin"],"Cmd":["sh"]},
 "rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},
 "history":[{"created":"2026-01-01T00:00:00Z","created_by":"podium testenv/images.sh"}]}
JSON
config=$(sha256sum "$work/config" | cut -d' ' -f1).json
mv "$work/config" "$out/$config"
echo "[{\"Config\":\"$config\",\"RepoTags\":[\"$IMAGE\"],\"Layers\":[\"layer.tar\"]}]" >"$out/manifest.json"
tar -C "$out" -cf "$work/busybox.tar" manifest.json "$config" layer.tar
mv "$work/busybox.tar" "$STATE/busybox.tar"
say "made $STATE/busybox.tar"
