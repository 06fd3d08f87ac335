//! Metadata of exported JPEG and WebP files: an sRGB profile (ICC), and an XMP packet with IPTC's digital source type and the backend. PNG
//! files have chunks for both.

use image_webp::{ColorType, WebPEncoder};

use super::encode::ImageRef;

/// How a picture was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Made by the draft backend, which paints procedurally instead of with a trained image model.
    pub draft: bool,
    /// A photo is part of the picture.
    pub with_photo: bool,
}

impl Origin {
    /// Reads the `nanococoa` text chunk of a result; `None` if there is none.
    pub fn of_text(text: &[(String, String)]) -> Option<Self> {
        let all: serde_json::Value = serde_json::from_str(&text.iter().find(|(k, _)| k == "nanococoa")?.1).ok()?;
        let photo = |name: &str| all["parameters"].get(name).is_some_and(|v| !v.is_null());
        Some(Self { draft: all["draft"].as_bool().unwrap_or(false), with_photo: photo("product_image") || photo("step1_image") })
    }

    /// The term of IPTC's vocabulary <https://cv.iptc.org/newscodes/digitalsourcetype/>.
    pub fn source_type(self) -> &'static str {
        match (self.draft, self.with_photo) {
            (true, true) => "compositeSynthetic",
            (true, false) => "algorithmicMedia",
            (false, true) => "compositeWithTrainedAlgorithmicMedia",
            (false, false) => "trainedAlgorithmicMedia",
        }
    }

    /// The XMP packet that records the origin.
    pub fn xmp(self) -> String {
        let engine = if self.draft { "draft" } else { "diffusion" };
        let (version, kind) = (env!("CARGO_PKG_VERSION"), self.source_type());
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
             xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description rdf:about=\"\" \
             xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
             Iptc4xmpExt:DigitalSourceType=\"http://cv.iptc.org/newscodes/digitalsourcetype/{kind}\" \
             xmp:CreatorTool=\"nanoCocoa Studio {version} ({engine} engine)\"/></rdf:RDF></x:xmpmeta><?xpacket end=\"w\"?>"
        )
    }
}

/// Adds the sRGB profile and, if given, an XMP packet to a JPEG file, in segments after its JFIF header. The encoder of the `image` crate
/// writes profiles, but no XMP.
pub fn add_jpeg_metadata(jpeg: &[u8], packet: Option<&str>) -> Vec<u8> {
    let at = match jpeg.get(2..6) {
        Some([0xFF, 0xE0, high, low]) => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 2,
    };
    let Some((head, rest)) = jpeg.split_at_checked(at) else { return jpeg.to_vec() };
    let mut out = head.to_vec();
    let mut put = |marker: u8, name: &[u8], content: &[u8]| {
        // Segments are limited to 64 KiB; the packet has about 700 bytes.
        if let Ok(length) = u16::try_from(name.len() + content.len() + 2) {
            out.extend_from_slice(&[0xFF, marker]);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(name);
            out.extend_from_slice(content);
        }
    };
    if let Some(packet) = packet {
        put(0xE1, b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes());
    }
    put(0xE2, b"ICC_PROFILE\0\x01\x01", &srgb_profile());
    out.extend_from_slice(rest);
    out
}

/// Encodes a lossless WebP file with the sRGB profile and, if given, an XMP packet.
pub fn encode_webp<'a>(image: impl Into<ImageRef<'a>>, packet: Option<&str>) -> Result<Vec<u8>, image_webp::EncodingError> {
    let (pixels, width, height, color) = match image.into() {
        ImageRef::Rgb(i) => (i.as_raw(), i.width(), i.height(), ColorType::Rgb8),
        ImageRef::Rgba(i) => (i.as_raw(), i.width(), i.height(), ColorType::Rgba8),
        ImageRef::Gray(i) => (i.as_raw(), i.width(), i.height(), ColorType::L8),
    };
    let mut out = Vec::new();
    let mut encoder = WebPEncoder::new(&mut out);
    encoder.set_icc_profile(srgb_profile());
    if let Some(packet) = packet {
        encoder.set_xmp_metadata(packet.into());
    }
    encoder.encode(pixels, width, height, color)?;
    Ok(out)
}

/// A small sRGB profile (ICC version 4): the primaries of IEC 61966-2-1 adapted to D50, and the parametric transfer curve.
pub fn srgb_profile() -> Vec<u8> {
    let fixed = |kind: &[u8; 4], values: &[f64]| {
        let mut out = [kind.as_slice(), &[0; 4]].concat();
        values.iter().for_each(|v| out.extend_from_slice(&((v * 65536.0).round() as i32).to_be_bytes()));
        out
    };
    let text = |words: &str| {
        let utf16: Vec<u8> = words.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut out = b"mluc\0\0\0\0\0\0\0\x01\0\0\0\x0CenUS".to_vec();
        out.extend_from_slice(&(utf16.len() as u32).to_be_bytes());
        out.extend_from_slice(&28u32.to_be_bytes());
        out.extend(utf16);
        out
    };
    let mut curve = b"para\0\0\0\0\0\x03\0\0".to_vec();
    curve.extend_from_slice(&fixed(b"    ", &[2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045])[8..]);
    const D50: [f64; 3] = [0.9642, 1.0, 0.8249];
    const ADAPTATION: [f64; 9] = [1.047_89, 0.022_87, -0.050_11, 0.029_54, 0.990_48, -0.017_07, -0.009_23, 0.015_06, 0.752_06];
    let elements: [(&[&[u8; 4]], Vec<u8>); 8] = [
        (&[b"desc"], text("sRGB")),
        (&[b"cprt"], text("CC0")),
        (&[b"wtpt"], fixed(b"XYZ ", &D50)),
        (&[b"chad"], fixed(b"sf32", &ADAPTATION)),
        (&[b"rXYZ"], fixed(b"XYZ ", &[0.436_041, 0.222_485, 0.013_920])),
        (&[b"gXYZ"], fixed(b"XYZ ", &[0.385_113, 0.716_905, 0.097_067])),
        (&[b"bXYZ"], fixed(b"XYZ ", &[0.143_046, 0.060_610, 0.713_913])),
        (&[b"rTRC", b"gTRC", b"bTRC"], curve),
    ];
    let count: usize = elements.iter().map(|(names, _)| names.len()).sum();
    let start = 132 + count * 12;
    let (mut tags, mut body) = (Vec::new(), Vec::<u8>::new());
    for (names, content) in &elements {
        for name in *names {
            tags.extend_from_slice(*name);
            tags.extend_from_slice(&((start + body.len()) as u32).to_be_bytes());
            tags.extend_from_slice(&(content.len() as u32).to_be_bytes());
        }
        body.extend_from_slice(content);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut head = vec![0; 128];
    head[..4].copy_from_slice(&((start + body.len()) as u32).to_be_bytes());
    head[8..12].copy_from_slice(&[4, 0x30, 0, 0]);
    head[12..24].copy_from_slice(b"mntrRGB XYZ ");
    // The header requires a date: that of the standard.
    head[24..36].copy_from_slice(&[0x07, 0xCF, 0, 10, 0, 1, 0, 0, 0, 0, 0, 0]);
    head[36..40].copy_from_slice(b"acsp");
    head[68..80].copy_from_slice(&fixed(b"    ", &D50)[8..]);
    head.extend_from_slice(&(count as u32).to_be_bytes());
    [head, tags, body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_origin_is_read_from_the_settings() {
        let of = |json: &str| Origin::of_text(&[("nanococoa".into(), json.into())]);
        let draft = of("{\"draft\":true,\"parameters\":{\"product_image\":\"PNG\"}}").unwrap();
        assert_eq!(draft.source_type(), "compositeSynthetic");
        assert!(draft.xmp().contains("(draft engine)"));
        let render = of("{\"draft\":false,\"parameters\":{\"product_image\":null}}").unwrap();
        assert_eq!(render.source_type(), "trainedAlgorithmicMedia");
        assert!(render.xmp().contains("(diffusion engine)"));
        assert!(of("no json").is_none());
    }
}
