//! The mark that says how a picture came about: an XMP packet with IPTC's digital source type and the engine, for JPEG and WebP
//! files (PNG files carry it as a text chunk).

/// How a picture came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Made by the draft engine, which paints by rules and not with a trained image model.
    pub draft: bool,
    /// A photo is part of it.
    pub with_photo: bool,
}

impl Origin {
    /// From the `nanococoa` text chunk of a result; `None` where there is none.
    pub fn of_text(text: &[(String, String)]) -> Option<Self> {
        let all: serde_json::Value = serde_json::from_str(&text.iter().find(|(k, _)| k == "nanococoa")?.1).ok()?;
        let photo = |name: &str| all["parameters"].get(name).is_some_and(|v| !v.is_null());
        Some(Self { draft: all["draft"].as_bool().unwrap_or(false), with_photo: photo("product_image") || photo("step1_image") })
    }

    /// IPTC's word, from <https://cv.iptc.org/newscodes/digitalsourcetype/>.
    pub fn source_type(self) -> &'static str {
        match (self.draft, self.with_photo) {
            (true, true) => "compositeSynthetic",
            (true, false) => "algorithmicMedia",
            (false, true) => "compositeWithTrainedAlgorithmicMedia",
            (false, false) => "trainedAlgorithmicMedia",
        }
    }

    /// The XMP packet.
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

/// A JPEG file with a packet in an APP1 segment behind its JFIF header.
pub fn jpeg_with(jpeg: &[u8], packet: &str) -> Vec<u8> {
    let mut segment = b"http://ns.adobe.com/xap/1.0/\0".to_vec();
    segment.extend_from_slice(packet.as_bytes());
    let length = segment.len() + 2;
    let at = match jpeg.get(2..6) {
        Some([0xFF, 0xE0, high, low]) => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => 2,
    };
    if length > 0xFFFF || at > jpeg.len() {
        return jpeg.to_vec();
    }
    let mut out = jpeg[..at].to_vec();
    out.extend_from_slice(&[0xFF, 0xE1]);
    out.extend_from_slice(&(length as u16).to_be_bytes());
    out.extend_from_slice(&segment);
    out.extend_from_slice(&jpeg[at..]);
    out
}

/// A WebP file of the simple format turned into the extended one, with the packet in a chunk at its end. `clear`: it has transparency.
pub fn webp_with(webp: &[u8], packet: &str, (width, height): (u32, u32), clear: bool) -> Vec<u8> {
    const XMP: u8 = 0x04;
    const ALPHA: u8 = 0x10;
    let Some(chunks) = webp.get(12..).filter(|c| c.starts_with(b"VP8L") || c.starts_with(b"VP8 ")) else { return webp.to_vec() };
    let mut body = b"WEBPVP8X".to_vec();
    body.extend_from_slice(&10u32.to_le_bytes());
    body.extend_from_slice(&[if clear { XMP | ALPHA } else { XMP }, 0, 0, 0]);
    body.extend_from_slice(&(width - 1).to_le_bytes()[..3]);
    body.extend_from_slice(&(height - 1).to_le_bytes()[..3]);
    body.extend_from_slice(chunks);
    body.extend_from_slice(b"XMP ");
    body.extend_from_slice(&(packet.len() as u32).to_le_bytes());
    body.extend_from_slice(packet.as_bytes());
    if packet.len() % 2 == 1 {
        body.push(0);
    }
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&(body.len() as u32).to_le_bytes());
    out.extend_from_slice(&body);
    out
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
