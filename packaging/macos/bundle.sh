#!/usr/bin/env bash
# UNTESTED: the project has no Mac. Makes "target/macos/nanoCocoa Studio.app" and a .dmg from a universal release build. The half for Apple silicon
# has the engine option `metal`; METAL= (empty) builds it without.
# Signing and notarization happen when these are set: CODESIGN_IDENTITY ("Developer ID Application: …"), NOTARY_PROFILE (a keychain
# profile made by `xcrun notarytool store-credentials`).
set -euo pipefail
cd "$(dirname "$0")/../.."
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
targets=${CARGO_TARGET_DIR:-target}
metal=${METAL-1}
rustup target add aarch64-apple-darwin x86_64-apple-darwin
# As LSMinimumSystemVersion in Info.plist.
export MACOSX_DEPLOYMENT_TARGET=12.0
cargo build --release --locked --target aarch64-apple-darwin ${metal:+--features metal}
cargo build --release --locked --target x86_64-apple-darwin
app="$targets/macos/nanoCocoa Studio.app"
rm -rf "$app"
mkdir -p "$app/Contents/MacOS" "$app/Contents/Resources/licenses"
lipo -create -output "$app/Contents/MacOS/nanococoa" "$targets"/{aarch64,x86_64}-apple-darwin/release/nanococoa
sed "s/0\.1\.0/$version/" packaging/macos/Info.plist > "$app/Contents/Info.plist"
cp packaging/icons/nanococoa.icns "$app/Contents/Resources/"
cp NOTICE LICENSE-MIT LICENSE-APACHE "$app/Contents/Resources/"
cp assets/licenses/* "$app/Contents/Resources/licenses/"
cp assets/samples/coffee.png "$app/Contents/Resources/"
if [ -n "${CODESIGN_IDENTITY:-}" ]; then
  codesign --force --options runtime --entitlements packaging/macos/nanococoa.entitlements --timestamp --sign "$CODESIGN_IDENTITY" "$app"
else
  # Programs for Apple silicon do not start without any signature; "-" is one without an identity.
  codesign --force --sign - "$app"
fi
codesign --verify --strict "$app"
dmg="$targets/macos/nanococoa-$version-macos-universal.dmg"
hdiutil create -volname "nanoCocoa Studio" -srcfolder "$app" -ov -format UDZO "$dmg"
if [ -n "${CODESIGN_IDENTITY:-}" ]; then
  codesign --timestamp --sign "$CODESIGN_IDENTITY" "$dmg"
fi
if [ -n "${NOTARY_PROFILE:-}" ]; then
  xcrun notarytool submit "$dmg" --keychain-profile "$NOTARY_PROFILE" --wait
  xcrun stapler staple "$dmg"
fi
packaging/checksums.sh --partial
