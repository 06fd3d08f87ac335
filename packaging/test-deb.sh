#!/usr/bin/env bash
# Builds the .deb, installs it with its dependencies in a clean Debian root, and makes the sample advertisement there as an ordinary user.
# usage: sudo packaging/test-deb.sh     (needs cargo-deb and debootstrap; NANOCOCOA_DEB=file.deb tests a finished package)
# With Xvfb on this machine the studio is opened in the root as well. Without root rights the package is only unpacked, and its program run.
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

# A picture of the size that was asked for, whose metadata holds the settings and says that it is a draft.
check() {
  local size
  size=$(od -An -tu1 -j16 -N8 "$1" | awk '{ print $3 * 256 + $4 "x" $7 * 256 + $8 }')
  [ "$size" = 1088x1344 ] || { echo "the advertisement is $size instead of 1088x1344"; exit 1; }
  for word in "draft engine" nanococoa "신메뉴 출시"; do
    grep -aq "$word" "$1" || { echo "the metadata of the advertisement lacks: $word"; exit 1; }
  done
  cp "$1" target/deb-ad.png
  echo "== the program of the package made an advertisement: $size, $(stat -c %s "$1") bytes, settings and draft mark inside (target/deb-ad.png)"
}
make='nanococoa generate --product $SAMPLES/coffee.png --text "신메뉴 출시" --size 1088x1344 --seed 7 --out ad.png'

root=$(mktemp -d)
chmod 755 "$root"
window=
trap 'test -z "$window" || kill "$window"; umount "$root/proc" 2>/dev/null || true; rm -rf "$root" "$root.log"' EXIT
if [ "$(id -u)" != 0 ]; then
  dpkg-deb -x "$deb" "$root"
  mkdir "$root/home"
  (cd "$root/home" && HOME=$root/home PATH="$root/usr/bin:$PATH" SAMPLES=$root/usr/share/nanococoa/samples bash -c "$make")
  check "$root/home/ad.png"
  echo "== only unpacked, not installed: run as root for the whole test"
  exit
fi

. /etc/os-release
mirror=${DEBIAN_MIRROR:-$(grep -rhoE '^[^#]*https?://[^ ]+/(debian|ubuntu)/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null \
  | grep -oE 'https?://[^ ]+' | head -1 || true)}
debootstrap --variant=minbase "${VERSION_CODENAME:-stable}" "$root" "${mirror:-http://deb.debian.org/debian}" > "$root.log" || { tail "$root.log"; exit 1; }
# How this machine reaches the mirror (proxies, certificates) holds in the root too; other package sources do not.
cp -r /etc/apt/apt.conf.d "$root/etc/apt/" 2>/dev/null || true
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
# What the window system code opens at run time comes with the package's dependencies; NVIDIA's and D-Bus's libraries may be absent.
libraries=$(run ldconfig -p)
for library in $(grep -aoE 'lib(EGL|GL|X[A-Za-z0-9-]*|xcb|xkbcommon(-x11)?|wayland-[a-z]+)\.so\.[0-9]+' "$root/usr/bin/nanococoa" | grep -oE 'lib(X[a-z]+|X11(-xcb)?|[a-zEG].*)\.so\.[0-9]+$' | sort -u); do
  grep -qF "$library " <<< "$libraries" || { echo "no dependency brings $library"; exit 1; }
done
echo "== every library that the program opens is there"
run useradd -m designer
run su designer -c "cd && nanococoa doctor | head -3 && export SAMPLES=/usr/share/nanococoa/samples && $make"
check "$root/home/designer/ad.png"
if command -v Xvfb > /dev/null; then
  display=:$((90 + RANDOM % 900))
  Xvfb "$display" -screen 0 1440x900x24 -nolisten tcp > /dev/null 2>&1 &
  window=$!
  sleep 2
  # The server's abstract socket is seen from the root; the studio has to be open still when its time is over.
  code=0
  run su designer -c "cd && DISPLAY=$display timeout 15 nanococoa --open /usr/share/nanococoa/samples/coffee.png" > "$root.log" 2>&1 || code=$?
  [ "$code" = 124 ] || { echo "the studio ended with $code"; tail "$root.log"; exit 1; }
  echo "== the studio opened its window and stayed open"
fi
run apt-get -q remove -y nanococoa > "$root.log" 2>&1
test ! -e "$root/usr/bin/nanococoa"
echo "== removed cleanly"
