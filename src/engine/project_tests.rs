use std::io::Write as _;

use zip::write::SimpleFileOptions;

use super::*;

fn zipped_with(method: CompressionMethod, parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    zipped_with(CompressionMethod::Stored, parts)
}

/// The request of a project, or the message of the error.
fn request_of(bytes: &[u8]) -> Result<RawRequest, String> {
    read_project(bytes).map_err(|e| e.to_string())
}

fn attached(raw: &RawRequest, field: &str) -> Option<Vec<u8>> {
    match raw.attachments.get(field)? {
        Attachment::File(bytes) => Some(bytes.to_vec()),
        other => panic!("{other:?}"),
    }
}

const JSON: &[u8] = br#"{"text_content": "a", "seed": 4}"#;

#[test]
fn a_project_is_a_request_with_its_pictures() {
    let parts: [(&str, &[u8]); 3] = [(REQUEST, JSON), (PRODUCT, b"photo"), (MASK, b"mask")];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let bytes = zipped_with(method, &parts);
        let raw = request_of(&bytes).unwrap();
        assert_eq!(raw.fields["seed"], 4);
        assert_eq!(
            (attached(&raw, "product_image").unwrap(), attached(&raw, "mask_image").unwrap()),
            (b"photo".to_vec(), b"mask".to_vec())
        );
        assert!(request_of(&bytes[..bytes.len() / 2]).is_err());
    }
    assert_eq!(request_of(b"PNG").unwrap_err(), "this is not a .ncocoa project; save one in the studio");
    assert!(request_of(&zipped(&[(PRODUCT, b"photo")])).unwrap_err().contains(REQUEST));
    assert!(request_of(&zipped(&[(REQUEST, b"[1]")])).unwrap_err().contains(REQUEST));
}

#[test]
fn a_folder_inside_is_found_when_there_is_one() {
    for folder in ["봄 광고/", "a/b/", "a\\", "./"] {
        let (request, product) = (format!("{folder}{REQUEST}"), format!("{folder}{PRODUCT}"));
        let mac = format!("__MACOSX/{folder}{REQUEST}");
        let raw = request_of(&zipped(&[(&mac, b"x"), (&request, JSON), (&product, b"photo"), ("notes.txt", b"")])).unwrap();
        assert_eq!(attached(&raw, "product_image").unwrap(), b"photo", "{folder}");
    }
    // The top level takes precedence; files in other folders are ignored.
    let raw = request_of(&zipped(&[("old/request.json", b"[1]"), (REQUEST, JSON), ("old/product.image", b"photo")])).unwrap();
    assert!(attached(&raw, "product_image").is_none());
    let two = request_of(&zipped(&[("b/request.json", JSON), ("a/request.json", JSON)])).unwrap_err();
    assert!(two.contains("several projects (a/ and b/)"), "{two}");
    assert!(request_of(&zipped(&[("myrequest.json", JSON)])).unwrap_err().contains("no request.json"));
}

/// Sets the method, or a flag, in every header of an archive.
fn patched(mut bytes: Vec<u8>, local: usize, central: usize, value: u16) -> Vec<u8> {
    for at in 0..bytes.len() - 4 {
        let offset = match &bytes[at..at + 4] {
            b"PK\x03\x04" => local,
            b"PK\x01\x02" => central,
            _ => continue,
        };
        bytes[at + offset..at + offset + 2].copy_from_slice(&value.to_le_bytes());
    }
    bytes
}

#[test]
fn a_picture_that_the_project_names_must_be_there() {
    let brief = br#"{"product": {"path": "product.image", "name": "cup.png"}, "mask": null}"#;
    let why = request_of(&zipped(&[(REQUEST, JSON), (BRIEF, brief)])).unwrap_err();
    assert_eq!(why, "the project has no product.image; save it again in the studio");
    assert!(request_of(&zipped(&[(REQUEST, JSON), (BRIEF, brief), (PRODUCT, b"photo")])).is_ok());
    assert!(request_of(&zipped(&[(REQUEST, JSON), (BRIEF, b"{\"product\": null}")])).is_ok());
}

#[test]
fn other_compressions_and_passwords_are_named() {
    for (number, name) in [(9, "Deflate64"), (12, "bzip2"), (14, "LZMA"), (93, "Zstandard"), (95, "xz"), (98, "PPMd"), (97, "method 97")] {
        let why = request_of(&patched(zipped(&[(REQUEST, JSON)]), 8, 10, number)).unwrap_err();
        assert!(why.starts_with(&format!("the project's request.json is compressed with {name}; zip it again with Deflate")), "{why}");
    }
    let why = request_of(&patched(zipped(&[(REQUEST, JSON)]), 6, 8, 1)).unwrap_err();
    assert!(why.contains("locked with a password"), "{why}");
    let photo: Vec<u8> = (0..5000_u32).map(|i| (i * i) as u8).collect();
    let mut broken = zipped_with(CompressionMethod::Deflated, &[(PRODUCT, &photo), (REQUEST, JSON)]);
    broken[60..70].fill(0x55);
    let why = request_of(&broken).unwrap_err();
    assert!(why.starts_with("the project's product.image is damaged"), "{why}");
}

#[test]
fn what_unpacks_to_too_much_is_refused_whatever_it_claims() {
    // Much more than the archive is large, in a few megabytes of archive.
    let huge = vec![0_u8; 70 << 20];
    let deflated = zipped_with(CompressionMethod::Deflated, &[(REQUEST, JSON), (PRODUCT, &huge)]);
    assert!(deflated.len() < 1 << 20);
    let why = request_of(&deflated).unwrap_err();
    assert_eq!(why, "the project's product.image unpacks to more than 63 MB; use a smaller picture");
    // The parts together.
    let half = vec![0_u8; 40 << 20];
    let why = request_of(&zipped_with(CompressionMethod::Deflated, &[(REQUEST, JSON), (PRODUCT, &half), (MASK, &half)])).unwrap_err();
    assert!(why.starts_with("the project's mask.png unpacks to more than 23 MB"), "{why}");
    // Stored, the same is no bomb.
    assert!(request_of(&zipped(&[(REQUEST, JSON), (PRODUCT, &huge)])).is_ok());
    let json = format!("{{\"text_content\": \"{}\"}}", " ".repeat(5 << 20));
    assert!(request_of(&zipped(&[(REQUEST, json.as_bytes())])).unwrap_err().contains("unpacks to more than 1 MB"));
    // A size that is a lie: small in every header, large in truth.
    let mut lie = deflated;
    let real = (huge.len() as u32).to_le_bytes();
    for at in 0..lie.len() - 4 {
        if lie[at..at + 4] == real {
            lie[at..at + 4].copy_from_slice(&10_u32.to_le_bytes());
        }
    }
    assert!(request_of(&lie).is_err());
}

#[test]
fn thousands_of_entries_are_refused_before_they_are_read() {
    let names: Vec<String> = (0..1200).map(|i| format!("{i}.txt")).collect();
    let mut parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
    parts.push((REQUEST, JSON));
    let why = request_of(&zipped(&parts)).unwrap_err();
    assert!(why.contains("more than 1000 files"), "{why}");
    assert!(request_of(&zipped(&parts[300..])).is_ok());
}

/// The same archive with its counts in a ZIP64 record, and a small count in the usual one.
fn as_zip64(zip: &[u8], count: u64) -> Vec<u8> {
    let (body, end) = zip.split_at(zip.len() - END_LENGTH);
    let field = |at: usize| u64::from(u32::from_le_bytes([end[at], end[at + 1], end[at + 2], end[at + 3]])).to_le_bytes();
    let mut out = body.to_vec();
    out.extend([END64, &44_u64.to_le_bytes(), &[45, 0, 45, 0], &[0; 8], &count.to_le_bytes(), &count.to_le_bytes()].concat());
    out.extend([field(12), field(16)].concat());
    out.extend([&b"PK\x06\x07\0\0\0\0"[..], &(body.len() as u64).to_le_bytes(), &[1, 0, 0, 0]].concat());
    out.extend([END, &[0, 0, 0, 0, 5, 0, 5, 0], &[0xff; 8], &[0, 0]].concat());
    out
}

#[test]
fn counts_are_found_in_zip64_records_and_before_trailing_bytes() {
    let names: Vec<String> = (0..1200).map(|i| format!("{i}.txt")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
    let (many, few) = (zipped(&parts), zipped(&parts[..5]));
    assert_eq!((bound_entries(&many).is_err(), bound_entries(&few).is_ok()), (true, true));
    assert_eq!((bound_entries(&as_zip64(&many, 1200)).is_err(), bound_entries(&as_zip64(&few, 5)).is_ok()), (true, true));
    // The library finds the record before up to 64 KiB and some bytes of anything.
    for trailing in [10, 65_530, 65_545, 65_550] {
        assert!(bound_entries(&[many.clone(), vec![0; trailing]].concat()).is_err(), "{trailing}");
    }
}
