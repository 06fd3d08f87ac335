//! ICC profiles: selects the tags that apply and computes the black point.
//!
//! Only the tags that a conversion to sRGB needs are read, so that a damaged description or an unknown tag does not invalidate the profile.

use super::super::limits::MAX_PROFILE;
use super::super::row::ColorModel;
use super::curve::{Curve, fixed};
use super::lut::{Lut, Pipeline};
use super::matrix::{self, Matrix};
use super::method::{Method, curves, is_srgb};
use crate::notice;
use crate::notice::Notice;

/// Most tags of a profile; real ones have about twenty.
const MAX_TAGS: usize = 256;

/// Why a profile is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProfileError {
    Damaged,
    TooLarge,
    /// The profile is for another colour model than the samples.
    OtherModel,
}

impl ProfileError {
    /// The note on a picture whose profile is ignored.
    pub(super) fn notice(self) -> Notice {
        match self {
            Self::Damaged => notice!("decode-note-damaged-profile"),
            Self::TooLarge => notice!("decode-note-large-profile"),
            Self::OtherModel => notice!("decode-note-other-profile"),
        }
    }
}

/// The conversion that a profile describes.
///
/// # Errors
/// The profile cannot be used and is to be ignored.
pub(super) fn method(bytes: &[u8], model: ColorModel) -> Result<Method, ProfileError> {
    if bytes.len() > MAX_PROFILE {
        return Err(ProfileError::TooLarge);
    }
    let profile = Profile::read(bytes).ok_or(ProfileError::Damaged)?;
    let space = match model {
        ColorModel::Gray => b"GRAY",
        ColorModel::Rgb => b"RGB ",
        ColorModel::Cmyk => b"CMYK",
        ColorModel::Lab => b"Lab ",
    };
    if profile.space() == b"RGB " && model == ColorModel::Gray && profile.is_srgb() {
        // Programs that convert a picture to grey often leave its sRGB profile, which is harmless.
        return Ok(Method::Keep);
    }
    if profile.space() != space || !profile.is_device() {
        return Err(ProfileError::OtherModel);
    }
    match profile.table(model.channels()) {
        Some(lut) => Ok(Method::Lut(Box::new(profile.pipeline(lut?, model)?))),
        None => profile.curves(model),
    }
}

struct Profile<'a> {
    bytes: &'a [u8],
    tags: &'a [u8],
}

impl<'a> Profile<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..132)?;
        // Version 5 (iccMAX) has other profile connection spaces.
        if &header[36..40] != b"acsp" || !(1..=4).contains(&header[8]) || !matches!(&header[20..24], b"XYZ " | b"Lab ") {
            return None;
        }
        let count = u32::from_be_bytes(header[128..132].try_into().ok()?) as usize;
        let tags = bytes.get(132..)?;
        Some(Self { bytes, tags: &tags[..tags.len().min(count.min(MAX_TAGS) * 12)] })
    }

    fn space(&self) -> &[u8] {
        &self.bytes[16..20]
    }

    fn is_lab(&self) -> bool {
        &self.bytes[20..24] == b"Lab "
    }

    /// Whether the profile describes an input, display or output device or a colour space, and not a device link, an abstract profile or named
    /// colours.
    fn is_device(&self) -> bool {
        matches!(&self.bytes[12..16], b"scnr" | b"mntr" | b"prtr" | b"spac")
    }

    /// The data of a tag.
    fn tag(&self, name: &[u8; 4]) -> Option<&'a [u8]> {
        let entry = self.tags.chunks_exact(12).find(|t| &t[..4] == name)?;
        let number = |at: usize| entry[at..at + 4].try_into().map_or(0, u32::from_be_bytes) as usize;
        // Some programs write a size that extends beyond the end of the profile.
        let bytes = self.bytes.get(number(4)..)?;
        Some(&bytes[..bytes.len().min(number(8))])
    }

    /// The tables of the relative colorimetric intent, else the perceptual ones; `None` if the profile has no tables.
    fn table(&self, inputs: usize) -> Option<Result<Lut, ProfileError>> {
        let bytes = self.tag(b"A2B1").or_else(|| self.tag(b"A2B0"))?;
        Some(Lut::read(bytes).filter(|lut| lut.channels() == (inputs, 3)).ok_or(ProfileError::Damaged))
    }

    /// Finds the black point as Little CMS does: for a press, the darkest ink as its own tables render black, else the darkest sample.
    fn pipeline(&self, lut: Lut, model: ColorModel) -> Result<Pipeline, ProfileError> {
        let pipeline = Pipeline::new(lut, self.is_lab());
        let black = if model == ColorModel::Cmyk && &self.bytes[12..16] == b"prtr" {
            let back = self.tag(b"B2A0").and_then(Lut::read).filter(|lut| lut.channels() == (3, 4) && self.tag(b"A2B0").is_some());
            let start = |back: &Lut| if self.is_lab() { back.black_lab() } else { [0.0; 4] };
            // A black point of L* 50 or more is implausible.
            back.map_or(0.0, |back| pipeline.luminance(back.eval(start(&back))).min(0.184))
        } else if self.tag(b"A2B1").is_some() && model != ColorModel::Lab {
            let darkest = if model == ColorModel::Cmyk { [1.0; 4] } else { [0.0; 4] };
            Some(pipeline.luminance(darkest)).filter(|y| (0.0..=0.184).contains(y)).unwrap_or(0.0)
        } else {
            0.0
        };
        Ok(pipeline.with_black(black.clamp(0.0, 0.184)))
    }

    fn curve(&self, name: &[u8; 4]) -> Result<Curve, ProfileError> {
        self.tag(name).and_then(Curve::read).map(|(curve, _)| curve).ok_or(ProfileError::Damaged)
    }

    fn curves(&self, model: ColorModel) -> Result<Method, ProfileError> {
        if model == ColorModel::Gray {
            let curve = self.curve(b"kTRC")?;
            if self.is_lab() {
                // The curve yields L*.
                let light = |l: f32| matrix::lab_to_xyz([l * 100.0, 0.0, 0.0])[1];
                let table = (0..4096).map(|i| light(curve.eval(i as f32 / 4095.0))).collect();
                return Ok(with_black(curves(vec![Curve::Table(table)], matrix::IDENTITY, model), model));
            }
            return Ok(with_black(curves(vec![curve], matrix::IDENTITY, model), model));
        }
        if model != ColorModel::Rgb || self.is_lab() {
            return Err(ProfileError::Damaged);
        }
        let colorants = [b"rXYZ", b"gXYZ", b"bXYZ"].map(|name| self.tag(name).and_then(xyz));
        let [Some(r), Some(g), Some(b)] = colorants else { return Err(ProfileError::Damaged) };
        let colorants: Matrix = std::array::from_fn(|i| [r[i], g[i], b[i]]);
        // Reject colorants without luminance.
        if !(0.5..=2.0).contains(&colorants[1].iter().sum::<f32>()) {
            return Err(ProfileError::Damaged);
        }
        let tone = vec![self.curve(b"rTRC")?, self.curve(b"gTRC")?, self.curve(b"bTRC")?];
        Ok(with_black(curves(tone, matrix::to_srgb(&colorants), model), model))
    }

    fn is_srgb(&self) -> bool {
        self.curves(ColorModel::Rgb).is_ok_and(|method| is_srgb(&method, ColorModel::Rgb))
    }
}

/// Applies black point compensation to a method by curves.
fn with_black(mut method: Method, model: ColorModel) -> Method {
    if let Method::Curves { curves, matrix, offset, tables: _, hlg: _ } = &mut method {
        let darkest: [f32; 3] = std::array::from_fn(|c| curves[c.min(curves.len() - 1)].eval(0.0));
        let light = if model == ColorModel::Gray { darkest } else { matrix::apply(matrix, darkest) };
        let black = crate::imaging::luminance(light);
        if black > 0.0 && black <= 0.184 {
            let scale = 1.0 / (1.0 - black);
            if model == ColorModel::Gray {
                let table = (0..4096).map(|i| (curves[0].eval(i as f32 / 4095.0) - black).max(0.0) * scale).collect();
                *curves = vec![Curve::Table(table)];
            } else {
                matrix.iter_mut().flatten().for_each(|v| *v *= scale);
                *offset = [-black * scale; 3];
            }
        }
    }
    method
}

/// An `XYZ ` element.
fn xyz(bytes: &[u8]) -> Option<[f32; 3]> {
    let values = bytes.strip_prefix(b"XYZ ")?.get(4..16)?;
    Some([fixed(&values[..4]), fixed(&values[4..8]), fixed(&values[8..12])])
}
