//! OpenRaster: a ZIP archive with a picture's layers as PNG files (<https://www.openraster.org/baseline/layer-stack-spec.html>).

use std::io::{Cursor, Write as _};

use image::RgbaImage;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::imaging::encode::encode_png;
use crate::imaging::resize::{Filter, fit_within, resize_rgba8};
use crate::notice;
use crate::notice::Notice;

/// The content of the file `mimetype`, by which programs recognise the archive.
const MEDIA_TYPE: &[u8] = b"image/openraster";
/// Longest side of the small picture for file managers, pixels.
const THUMBNAIL: usize = 256;

/// A layer of the file.
#[derive(Clone, Copy, Debug)]
pub struct OraLayer<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its pixels.
    pub image: &'a RgbaImage,
    /// Its left edge on the canvas.
    pub left: u32,
    /// Its upper edge on the canvas.
    pub top: u32,
    /// Whether it is switched off.
    pub is_hidden: bool,
}

/// Packs layers, the lowest first, and the picture that they give. `dpi`: its density; `xmp`: a packet with its origin.
///
/// # Errors
/// A picture cannot be encoded.
pub fn write_ora(layers: &[OraLayer<'_>], merged: &RgbaImage, dpi: u32, xmp: Option<&str>) -> Result<Vec<u8>, Notice> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // Nothing else may come before it, and it is not compressed.
    add(&mut zip, "mimetype", MEDIA_TYPE, CompressionMethod::Stored)?;
    add(&mut zip, "stack.xml", stack(layers, merged.dimensions(), dpi).as_bytes(), CompressionMethod::Deflated)?;
    let mark: Vec<(&str, &str)> = xmp.iter().map(|packet| ("XML:com.adobe.xmp", *packet)).collect();
    let mut picture = |name: &str, image: &RgbaImage, texts: &[(&str, &str)]| {
        let png = encode_png(image, texts).map_err(|e| failed(&e))?;
        add(&mut zip, name, &png, CompressionMethod::Stored)
    };
    for (index, layer) in layers.iter().enumerate() {
        picture(&file(index), layer.image, &[])?;
    }
    picture("mergedimage.png", merged, &mark)?;
    let (w, h) = fit_within(merged.width() as usize, merged.height() as usize, THUMBNAIL);
    picture("Thumbnails/thumbnail.png", &resize_rgba8(merged, w, h, Filter::CatmullRom), &[])?;
    Ok(zip.finish().map_err(|e| failed(&e))?.into_inner())
}

fn file(index: usize) -> String {
    format!("data/layer{index}.png")
}

fn add(zip: &mut ZipWriter<Cursor<Vec<u8>>>, name: &str, bytes: &[u8], method: CompressionMethod) -> Result<(), Notice> {
    let options = SimpleFileOptions::default().compression_method(method);
    zip.start_file(name, options).map_err(|e| failed(&e))?;
    zip.write_all(bytes).map_err(|e| failed(&e))
}

fn failed(error: &dyn std::fmt::Display) -> Notice {
    notice!("formats-not-encoded", detail = error.to_string())
}

/// The description of the layers. In it the highest comes first.
fn stack(layers: &[OraLayer<'_>], (width, height): (u32, u32), dpi: u32) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<image version=\"0.0.3\" w=\"{width}\" h=\"{height}\" xres=\"{dpi}\" yres=\"{dpi}\">\n  <stack>\n"
    );
    for (index, layer) in layers.iter().enumerate().rev() {
        let (name, source) = (escaped(layer.name), file(index));
        let visibility = if layer.is_hidden { "hidden" } else { "visible" };
        out.push_str(&format!(
            "    <layer name=\"{name}\" src=\"{source}\" x=\"{}\" y=\"{}\" opacity=\"1.0\" visibility=\"{visibility}\" composite-op=\"svg:src-over\"/>\n",
            layer.left, layer.top
        ));
    }
    out.push_str("  </stack>\n</image>\n");
    out
}

/// A text within an attribute of XML, without characters that XML cannot have.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use image::Rgba;

    use super::*;
    use crate::imaging::png_chunks::read_png_text;

    #[test]
    fn the_archive_is_read_back() {
        let ground = RgbaImage::from_pixel(300, 200, Rgba([10, 20, 30, 255]));
        let sticker = RgbaImage::from_pixel(40, 20, Rgba([200, 0, 0, 128]));
        let layers = [
            OraLayer { name: "배경", image: &ground, left: 0, top: 0, is_hidden: false },
            OraLayer { name: "1 < 2 & \"3\"\u{7}", image: &sticker, left: 50, top: 60, is_hidden: true },
        ];
        let bytes = write_ora(&layers, &ground, 300, Some("<x:xmpmeta/>")).unwrap();
        // File managers look at these places.
        assert_eq!((&bytes[30..38], &bytes[38..54]), (&b"mimetype"[..], MEDIA_TYPE));
        let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(zip.by_index(0).unwrap().compression(), CompressionMethod::Stored);
        let mut read = |name: &str| {
            let mut out = Vec::new();
            zip.by_name(name).unwrap().read_to_end(&mut out).unwrap();
            out
        };
        let xml = String::from_utf8(read("stack.xml")).unwrap();
        let lines: Vec<&str> = xml.lines().filter(|line| line.contains("<layer ")).collect();
        assert!(xml.contains("w=\"300\" h=\"200\" xres=\"300\"") && lines.len() == 2, "{xml}");
        assert!(lines[0].contains("name=\"1 &lt; 2 &amp; &quot;3&quot;\" src=\"data/layer1.png\" x=\"50\" y=\"60\""), "{xml}");
        assert!(lines[0].contains("visibility=\"hidden\"") && lines[1].contains("name=\"배경\""), "{xml}");
        let picture = |bytes: Vec<u8>| image::load_from_memory(&bytes).unwrap().into_rgba8();
        assert_eq!(picture(read("data/layer1.png")), sticker);
        let merged = read("mergedimage.png");
        assert!(read_png_text(&merged).iter().any(|(key, packet)| key == "XML:com.adobe.xmp" && packet == "<x:xmpmeta/>"));
        assert_eq!(picture(merged), ground);
        assert_eq!(picture(read("Thumbnails/thumbnail.png")).dimensions(), (256, 171));
    }
}
