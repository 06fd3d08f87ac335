//! The recipes in `packaging/` name files and kinds of files that the program has.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The folder may be one that the user chose, with other files in it.
#[test]
fn the_uninstaller_deletes_every_licence_by_name_and_no_folder_with_its_contents() {
    let recipe = read("packaging/windows/nanococoa.nsi");
    let lines: BTreeSet<&str> = recipe.lines().map(str::trim).collect();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/licenses")).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        assert!(lines.contains(format!("Delete \"$INSTDIR\\licenses\\{name}\"").as_str()), "{name}");
    }
    assert!(lines.contains("RMDir \"$INSTDIR\\licenses\"") && !recipe.contains("RMDir /r"));
}

#[test]
fn macos_is_told_of_every_kind_of_photo_that_can_be_opened() {
    let (plist, formats) = (read("packaging/macos/Info.plist"), read("src/imaging/decode/format.rs"));
    let list = formats.split_once("pub const EXTENSIONS").and_then(|(_, rest)| rest.split_once("];")).unwrap().0;
    let extensions: Vec<&str> = list.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\",")).collect();
    assert!(extensions.contains(&"png") && extensions.contains(&"heic"));
    for extension in extensions {
        let kind = match extension {
            "png" | "apng" => "public.png",
            // Pairs of photos, which begin with a JPEG file.
            "jpg" | "jpeg" | "jfif" | "jpe" | "mpo" => "public.jpeg",
            "webp" => "org.webmproject.webp",
            "heic" => "public.heic",
            "heif" | "hif" => "public.heif",
            "tif" | "tiff" => "public.tiff",
            "bmp" | "dib" => "com.microsoft.bmp",
            other => panic!("{other}: add its type to Info.plist and here"),
        };
        assert!(plist.contains(&format!("<string>{kind}</string>")), "{extension}: {kind}");
    }
}
