#!/usr/bin/env bash
# Builds the .deb, installs it with its dependencies in a clean Debian root, and makes the sample advertisement there as an ordinary user.
# usage: sudo packaging/test-deb.sh     (needs cargo-deb and debootstrap; NANOCOCOA_DEB=file.deb tests a finished package)
set -euo pipefail
cd "$(dirname "$0")/.."
deb=${NANOCOCOA_DEB:-}
if [ -z "$deb" ]; then
  # A release build that is there already is packed as it is.
  if [ -x target/release/nanococoa ]; then cargo deb --locked --no-build; else cargo deb --locked; fi
  deb=$(ls -t target/debian/nanococoa_*.deb | head -1)
fi
echo "== $deb: $(du -h "$deb" | cut -f1)"
dpkg-deb --field "$deb" Package Version Depends

. /etc/os-release
mirror=${DEBIAN_MIRROR:-$(grep -rhoE 'https?://[^ ]+' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -1)}
root=$(mktemp -d)
trap 'umount "$root/proc" 2>/dev/null || true; rm -rf "$root"' EXIT
debootstrap --variant=minbase "${VERSION_CODENAME:-stable}" "$root" "${mirror:-http://deb.debian.org/debian}" > "$root.log" || { tail "$root.log"; exit 1; }
# The package manager's settings of this machine (mirrors, proxies) hold in the root too.
cp -r /etc/apt/sources.list* /etc/apt/apt.conf.d /etc/apt/trusted.gpg.d "$root/etc/apt/" 2>/dev/null || true
cp -r /usr/share/keyrings/. "$root/usr/share/keyrings/" 2>/dev/null || true
cp -r /etc/ssl/certs "$root/etc/ssl/" 2>/dev/null || true
cp /etc/resolv.conf "$root/etc/" 2>/dev/null || true
mount -t proc proc "$root/proc" 2>/dev/null || true
cp "$deb" "$root/tmp/nanococoa.deb"
run() { chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/home/designer LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
run apt-get -q update > "$root.log" 2>&1 || { tail "$root.log"; exit 1; }
run apt-get -q install -y --no-install-recommends /tmp/nanococoa.deb > "$root.log" 2>&1 || { tail -30 "$root.log"; exit 1; }
echo "== installed: $(run dpkg-query -W -f '${Package} ${Version} ${Status}' nanococoa)"
for file in usr/share/applications/io.github.nanococoa.Studio.desktop usr/share/metainfo/io.github.nanococoa.Studio.metainfo.xml \
  usr/share/mime/packages/io.github.nanococoa.Studio.xml usr/share/man/man1/nanococoa.1.gz \
  usr/share/icons/hicolor/256x256/apps/io.github.nanococoa.Studio.png; do
  test -s "$root/$file" || { echo "missing in the package: $file"; exit 1; }
done
run useradd -m designer
run su designer -c 'cd && nanococoa doctor | head -3 && nanococoa generate --product /usr/share/nanococoa/samples/coffee.png --text "신메뉴 출시" --seed 7 --out ad.png'
size=$(stat -c %s "$root/home/designer/ad.png")
grep -aq "draft engine" "$root/home/designer/ad.png" || { echo "the advertisement does not say that it is a draft"; exit 1; }
cp "$root/home/designer/ad.png" target/deb-ad.png
echo "== the installed program made an advertisement of $size bytes (target/deb-ad.png)"
run apt-get -q remove -y nanococoa > "$root.log" 2>&1
test ! -e "$root/usr/bin/nanococoa"
echo "== removed cleanly"
