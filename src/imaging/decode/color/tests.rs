use super::*;

fn one(model: ColorModel, alpha: Alpha, encoding: &ColorEncoding, row: Row<'_>) -> [u8; 4] {
    let mut out = [0; 4];
    RowConverter::new(model, alpha, encoding).convert(row, &mut out);
    out
}

/// A profile of these elements.
fn profile(class: &[u8; 4], space: &[u8; 4], pcs: &[u8; 4], tags: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut head = vec![0; 128];
    head[8..12].copy_from_slice(&[2, 0x40, 0, 0]);
    head[12..16].copy_from_slice(class);
    head[16..20].copy_from_slice(space);
    head[20..24].copy_from_slice(pcs);
    head[36..40].copy_from_slice(b"acsp");
    head.extend_from_slice(&(tags.len() as u32).to_be_bytes());
    let mut at = head.len() + tags.len() * 12;
    let mut body = Vec::new();
    for (name, data) in tags {
        head.extend_from_slice(*name);
        head.extend_from_slice(&(at as u32).to_be_bytes());
        head.extend_from_slice(&(data.len() as u32).to_be_bytes());
        body.extend_from_slice(data);
        body.resize(body.len().next_multiple_of(4), 0);
        at = 132 + tags.len() * 12 + body.len();
    }
    head.extend(body);
    head
}

fn xyz(v: [f64; 3]) -> Vec<u8> {
    let mut out = b"XYZ \0\0\0\0".to_vec();
    v.iter().for_each(|v| out.extend_from_slice(&((v * 65536.0).round() as i32).to_be_bytes()));
    out
}

fn gamma(exponent: f64) -> Vec<u8> {
    [b"curv\0\0\0\0\0\0\0\x01".as_slice(), &((exponent * 256.0) as u16).to_be_bytes()].concat()
}

fn rgb_profile(colorants: [[f64; 3]; 3], exponent: f64) -> Vec<u8> {
    let [r, g, b] = colorants.map(xyz);
    let curve = gamma(exponent);
    let tags = [(b"rXYZ", r), (b"gXYZ", g), (b"bXYZ", b), (b"rTRC", curve.clone()), (b"gTRC", curve.clone()), (b"bTRC", curve)];
    profile(b"mntr", b"RGB ", b"XYZ ", &tags)
}

const SRGB: [[f64; 3]; 3] = [[0.43607, 0.22249, 0.01392], [0.38515, 0.71687, 0.09708], [0.14307, 0.06061, 0.71410]];
const ADOBE: [[f64; 3]; 3] = [[0.60974, 0.31111, 0.01947], [0.20528, 0.62567, 0.06087], [0.14919, 0.06322, 0.74457]];

#[test]
fn plain_samples_stay_and_deep_ones_are_rounded() {
    let srgb = ColorEncoding::Srgb;
    for v in 0..=255u8 {
        let w = v.wrapping_mul(7);
        assert_eq!(one(ColorModel::Rgb, Alpha::Straight, &srgb, Row::U8(&[v, w, 3, v])), [v, w, 3, v]);
        assert_eq!(one(ColorModel::Gray, Alpha::None, &srgb, Row::U16(&[u16::from(v) * 257])), [v, v, v, 255]);
        assert_eq!(one(ColorModel::Gray, Alpha::Straight, &srgb, Row::F32(&[f32::from(v) / 255.0, 0.5])), [v, v, v, 128]);
    }
    assert_eq!(one(ColorModel::Rgb, Alpha::None, &srgb, Row::F32(&[f32::NAN, 7.0, -1.0])), [0, 255, 0, 255]);
}

#[test]
fn premultiplied_colours_are_divided_before_they_are_converted() {
    assert_eq!(one(ColorModel::Rgb, Alpha::Premultiplied, &ColorEncoding::Srgb, Row::U8(&[100, 50, 0, 128])), [199, 100, 0, 128]);
    assert_eq!(one(ColorModel::Rgb, Alpha::Premultiplied, &ColorEncoding::Srgb, Row::U16(&[0, 9, 20, 0])), [0, 0, 0, 0].map(|_: u8| 0));
    // Half of white light is still white.
    assert_eq!(one(ColorModel::Gray, Alpha::Premultiplied, &ColorEncoding::Linear, Row::F32(&[0.5, 0.5])), [255, 255, 255, 128]);
    assert_eq!(one(ColorModel::Gray, Alpha::Straight, &ColorEncoding::Linear, Row::F32(&[0.5, 0.5])), [188, 188, 188, 128]);
}

#[test]
fn profiles_of_curves_are_applied() {
    let adobe = ColorEncoding::Icc(rgb_profile(ADOBE, 2.19921875));
    // littlecms 2.19: relative colorimetric with black point compensation.
    for (from, to) in
        [([200, 100, 50], [227, 100, 42]), ([128, 128, 128], [129, 129, 129]), ([20, 60, 30], [0, 57, 21]), ([255, 255, 255], [255; 3])]
    {
        let got = one(ColorModel::Rgb, Alpha::None, &adobe, Row::U8(&from));
        assert!((0..3).all(|c| got[c].abs_diff(to[c]) <= 1), "{from:?}: {got:?}, littlecms {to:?}");
        let deep = from.map(|v| u16::from(v) * 257);
        assert_eq!(one(ColorModel::Rgb, Alpha::None, &adobe, Row::U16(&deep)), got);
    }
    let gray = ColorEncoding::Icc(profile(b"mntr", b"GRAY", b"XYZ ", &[(b"kTRC", gamma(1.8))]));
    assert_eq!(one(ColorModel::Gray, Alpha::Straight, &gray, Row::U8(&[128, 77])), [147, 147, 147, 77]);
}

#[test]
fn a_profile_of_srgb_changes_nothing() {
    let converter = |bytes| RowConverter::new(ColorModel::Rgb, Alpha::None, &ColorEncoding::Icc(bytes));
    let mut para = b"para\0\0\0\0\0\x03\0\0".to_vec();
    [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045]
        .iter()
        .for_each(|v: &f64| para.extend_from_slice(&((v * 65536.0).round() as i32).to_be_bytes()));
    let [r, g, b] = SRGB.map(xyz);
    let tags = [(b"rXYZ", r), (b"gXYZ", g), (b"bXYZ", b), (b"rTRC", para.clone()), (b"gTRC", para.clone()), (b"bTRC", para)];
    let srgb = profile(b"mntr", b"RGB ", b"XYZ ", &tags);
    assert!(matches!(converter(srgb.clone()).method, Method::Keep));
    assert!(!matches!(converter(rgb_profile(SRGB, 1.0)).method, Method::Keep));
    // The profile of exported files.
    let own = converter(crate::imaging::mark::srgb_profile());
    assert!(matches!(own.method, Method::Keep) && own.note.is_none());
    // A grey picture that kept the profile of its coloured original.
    let gray = RowConverter::new(ColorModel::Gray, Alpha::None, &ColorEncoding::Icc(srgb));
    assert!(matches!(gray.method, Method::Keep) && gray.note.is_none());
}

#[test]
fn profiles_that_cannot_be_used_are_ignored_with_a_note() {
    let good = rgb_profile(ADOBE, 2.2);
    let note = |model, bytes: &[u8]| {
        let mut converter = RowConverter::new(model, Alpha::None, &ColorEncoding::Icc(bytes.to_vec()));
        let mut out = [0; 4];
        converter.convert(Row::U8(&[10, 20, 30, 0][..model.channels()]), &mut out);
        (converter.take_note(), out)
    };
    assert_eq!(note(ColorModel::Rgb, &good).0, None);
    for bytes in [&b""[..], b"no profile", &good[..200], &good[..good.len() - 20], &[0; 300]] {
        assert_eq!(note(ColorModel::Rgb, bytes), (Some(notice!("decode-note-damaged-profile")), [10, 20, 30, 255]));
    }
    assert_eq!(
        note(ColorModel::Rgb, &vec![0; crate::imaging::decode::limits::MAX_PROFILE + 1]).0,
        Some(notice!("decode-note-large-profile"))
    );
    for model in [ColorModel::Gray, ColorModel::Cmyk, ColorModel::Lab] {
        assert_eq!(note(model, &good).0, Some(notice!("decode-note-other-profile")));
    }
    // Every single byte may be wrong.
    for at in 0..good.len() {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut bent = good.clone();
            bent[at] = value;
            note(ColorModel::Rgb, &bent);
        }
    }
}

/// An `mft2` or `mft1` element that passes three inks to L*a*b*: black ink darkens to `darkest` L*.
fn ink_table(wide: bool, darkest: f64) -> Vec<u8> {
    let mut out = if wide { b"mft2\0\0\0\0".to_vec() } else { b"mft1\0\0\0\0".to_vec() };
    out.extend_from_slice(&[4, 3, 2, 0]);
    [1, 0, 0, 0, 1, 0, 0, 0, 1i32].iter().for_each(|v| out.extend_from_slice(&(v * 65536).to_be_bytes()));
    let put = |out: &mut Vec<u8>, v: f64, lab: bool| {
        // Version 2 ends at 0xFF00 in 16 bits.
        if wide {
            out.extend_from_slice(&((v * if lab { 65280.0 } else { 65535.0 }).round() as u16).to_be_bytes())
        } else {
            out.push((v * 255.0).round() as u8)
        }
    };
    let points = if wide {
        out.extend_from_slice(&[0, 2, 0, 2]);
        2
    } else {
        256
    };
    let ramp: Vec<f64> = (0..points).map(|i| f64::from(i) / f64::from(points - 1)).collect();
    (0..4).for_each(|_| ramp.iter().for_each(|&v| put(&mut out, v, false)));
    for corner in 0..16u32 {
        let black = corner & 1 == 1;
        let l = if black { darkest / 100.0 } else { 1.0 - f64::from((corner >> 1).count_ones()) * 0.2 };
        [l, 128.0 / 255.0, 128.0 / 255.0].iter().for_each(|&v| put(&mut out, v, true));
    }
    (0..3).for_each(|_| ramp.iter().for_each(|&v| put(&mut out, v, false)));
    out
}

#[test]
fn ink_goes_through_tables_of_both_widths() {
    for wide in [false, true] {
        let icc = |tag: &[u8; 4], class: &[u8; 4]| ColorEncoding::Icc(profile(class, b"CMYK", b"Lab ", &[(tag, ink_table(wide, 20.0))]));
        let press = icc(b"A2B0", b"prtr");
        let of = |encoding: &ColorEncoding, ink: [u8; 4]| one(ColorModel::Cmyk, Alpha::None, encoding, Row::U8(&ink));
        assert_eq!(of(&press, [0; 4]), [255, 255, 255, 255]);
        // L* 80 is sRGB 198; without tables back the black point is not known, and L* 20 stays 48.
        assert!(of(&press, [255, 0, 0, 0]).iter().take(3).all(|v| v.abs_diff(198) <= 1));
        assert!(of(&press, [0, 0, 0, 255]).iter().take(3).all(|v| v.abs_diff(48) <= 1));
        // A table for colorimetric intent of another class: the darkest ink becomes black.
        assert!(of(&icc(b"A2B1", b"scnr"), [255; 4]).iter().take(3).all(|&v| v <= 1));
    }
    let plain = |ink: [u8; 4]| one(ColorModel::Cmyk, Alpha::None, &ColorEncoding::Srgb, Row::U8(&ink));
    assert_eq!(plain([0, 255, 128, 0]), [255, 0, 127, 255]);
    assert_eq!(plain([0, 0, 0, 255]), [0, 0, 0, 255]);
    assert_eq!(plain([51, 0, 0, 128]), [102, 127, 127, 255]);
}

#[test]
fn lab_is_converted_without_a_profile() {
    let lab = |row| one(ColorModel::Lab, Alpha::None, &ColorEncoding::Srgb, row);
    assert_eq!(lab(Row::U8(&[255, 128, 128])), [255, 255, 255, 255]);
    assert_eq!(lab(Row::U8(&[0, 128, 128])), [0, 0, 0, 255]);
    // sRGB red is L* 54.3, a* 80.8, b* 69.9 relative to D50.
    let red = lab(Row::U8(&[138, 209, 198]));
    assert!(red[0] >= 252 && red[1] <= 10 && red[2] <= 10, "{red:?}");
    assert_eq!(lab(Row::U16(&[65535, 128 * 257, 128 * 257])), [255, 255, 255, 255]);
}

#[test]
fn code_points_and_gamma() {
    let cicp = |primaries, transfer| ColorEncoding::Cicp { primaries, transfer };
    let rgb = |encoding: &ColorEncoding, v: [u8; 3]| {
        let [r, g, b, _] = one(ColorModel::Rgb, Alpha::None, encoding, Row::U8(&v));
        [r, g, b]
    };
    assert_eq!(rgb(&cicp(1, 13), [12, 200, 99]), [12, 200, 99]);
    let p3 = rgb(&cicp(12, 13), [200, 100, 50]);
    // littlecms 2.19 with a Display P3 profile.
    assert!(p3.iter().zip([215, 93, 31]).all(|(a, b)| a.abs_diff(b) <= 1), "{p3:?}");
    assert_eq!(rgb(&cicp(1, 8), [55, 55, 55]), [128, 128, 128]);
    // 203 cd/m² is white in PQ: 0.5807 of the range; 75 % is white in HLG.
    assert!(rgb(&cicp(9, 16), [148; 3])[0] >= 253 && rgb(&cicp(9, 16), [100; 3])[0] < 160);
    assert!(rgb(&cicp(9, 18), [191; 3])[0] >= 253 && rgb(&cicp(9, 18), [110; 3])[0] < 190);
    let gray = |encoding: &ColorEncoding, v| one(ColorModel::Gray, Alpha::None, encoding, Row::U8(&[v]))[0];
    assert_eq!(gray(&cicp(9, 16), 148), rgb(&cicp(1, 16), [148; 3])[0]);
    let gamma = |exponent, chromaticities| ColorEncoding::Gamma { exponent, chromaticities };
    assert_eq!(rgb(&gamma(1.0, None), [55, 0, 255]), [128, 0, 255]);
    assert_eq!(rgb(&gamma(1.0 / 0.45455, None), [55, 0, 255]), [55, 0, 255]);
    assert_eq!(rgb(&gamma(0.0, None), [55, 0, 255]), [55, 0, 255]);
    let wide = [(0.68, 0.32), (0.265, 0.69), (0.15, 0.06), (0.3127, 0.329)];
    assert!(rgb(&gamma(1.0 / 0.45455, Some(wide)), [200, 100, 50]).iter().zip(p3).all(|(a, b)| a.abs_diff(b) <= 1));
    // Chromaticities without sense.
    assert_eq!(rgb(&gamma(2.2, Some([(0.0, 0.0); 4])), [55, 0, 255]), [55, 0, 255]);
    assert!(RowConverter::new(ColorModel::Rgb, Alpha::None, &cicp(250, 13)).note.is_some());
}
