//! Data embedded in the binary, so that the program needs no other files.

/// An embedded file: the name that users see, and its bytes.
pub type Embedded = (&'static str, &'static [u8]);

/// The bundled fonts by their documented names, sorted.
pub static FONTS: &[Embedded] = &[
    ("BM/BMDOHYEON_ttf.ttf", include_bytes!("../fonts/BM/BMDOHYEON_ttf.ttf")),
    ("BM/BMJUA_ttf.ttf", include_bytes!("../fonts/BM/BMJUA_ttf.ttf")),
    ("NanumGothic/NanumGothic.ttf", include_bytes!("../fonts/NanumGothic/NanumGothic.ttf")),
    ("NanumGothic/NanumGothicBold.ttf", include_bytes!("../fonts/NanumGothic/NanumGothicBold.ttf")),
    ("NanumSquare/NanumSquareB.ttf", include_bytes!("../fonts/NanumSquare/NanumSquareB.ttf")),
    ("NanumSquare/NanumSquareEB.ttf", include_bytes!("../fonts/NanumSquare/NanumSquareEB.ttf")),
    ("NanumSquare/NanumSquareL.ttf", include_bytes!("../fonts/NanumSquare/NanumSquareL.ttf")),
    ("NanumSquare/NanumSquareR.ttf", include_bytes!("../fonts/NanumSquare/NanumSquareR.ttf")),
    ("NotoSans/NotoSansArabic-Bold.ttf", include_bytes!("../fonts/NotoSans/NotoSansArabic-Bold.ttf")),
    ("NotoSans/NotoSansDevanagari-Bold.ttf", include_bytes!("../fonts/NotoSans/NotoSansDevanagari-Bold.ttf")),
    ("NotoSans/NotoSansHebrew-Bold.ttf", include_bytes!("../fonts/NotoSans/NotoSansHebrew-Bold.ttf")),
    ("NotoSans/NotoSansThai-Bold.ttf", include_bytes!("../fonts/NotoSans/NotoSansThai-Bold.ttf")),
    ("Pretendard/Pretendard-Black.otf", include_bytes!("../fonts/Pretendard/Pretendard-Black.otf")),
    ("Pretendard/Pretendard-Bold.otf", include_bytes!("../fonts/Pretendard/Pretendard-Bold.otf")),
];

/// Name of the default font.
pub const DEFAULT_FONT: &str = "NanumSquare/NanumSquareEB.ttf";

/// A small product photo (JPEG, 240×160) for the examples of the REST documentation.
pub static SAMPLE_PHOTO: &[u8] = include_bytes!("../assets/samples/coffee_small.jpg");

/// Weights of U²-Netp, the segmentation network of the draft backend (ONNX, Apache-2.0).
pub static U2NETP: &[u8] = include_bytes!("../models/u2netp.onnx");

// With its path, because `tests/windows` takes this file as a module of its own.
#[path = "assets/scenes.rs"]
mod scenes;

pub use scenes::{SceneEntry, scenes};

/// Environment maps: Radiance RGBE in equirectangular projection (CC0).
pub mod hdri {
    /// An apartment: soft daylight from windows.
    pub static APARTMENT: &[u8] = include_bytes!("../assets/hdri/pmndrs_apartment.hdr");
    /// A hotel lobby: warm lamps.
    pub static LOBBY: &[u8] = include_bytes!("../assets/hdri/pmndrs_lobby.hdr");
    /// A photo studio: large soft boxes.
    pub static STUDIO: &[u8] = include_bytes!("../assets/hdri/pmndrs_studio.hdr");
    /// A sunset over water.
    pub static SUNSET: &[u8] = include_bytes!("../assets/hdri/blender_sunset.hdr");
}
