//! Inverse discrete cosine transform, in integers and with the same rounding as libjpeg's default (Loeffler, Ligtenberg and Moschytz 1989).

const BITS: u32 = 13;
const PASS1: u32 = 2;

const F_0_298: i32 = 2446;
const F_0_390: i32 = 3196;
const F_0_541: i32 = 4433;
const F_0_765: i32 = 6270;
const F_0_899: i32 = 7373;
const F_1_175: i32 = 9633;
const F_1_501: i32 = 12299;
const F_1_847: i32 = 15137;
const F_1_961: i32 = 16069;
const F_2_053: i32 = 16819;
const F_2_562: i32 = 20995;
const F_3_072: i32 = 25172;

/// One-dimensional transform of eight values, scaled by `1 << BITS`.
#[inline]
fn line(v: [i32; 8]) -> [i32; 8] {
    let m = i32::wrapping_mul;
    let z1 = m(v[2].wrapping_add(v[6]), F_0_541);
    let t2 = z1.wrapping_sub(m(v[6], F_1_847));
    let t3 = z1.wrapping_add(m(v[2], F_0_765));
    let t0 = v[0].wrapping_add(v[4]) << BITS;
    let t1 = v[0].wrapping_sub(v[4]) << BITS;
    let even = [t0.wrapping_add(t3), t1.wrapping_add(t2), t1.wrapping_sub(t2), t0.wrapping_sub(t3)];
    let (a, b, c, d) = (v[7], v[5], v[3], v[1]);
    let (z1, z2, z3, z4) = (a.wrapping_add(d), b.wrapping_add(c), a.wrapping_add(c), b.wrapping_add(d));
    let z5 = m(z3.wrapping_add(z4), F_1_175);
    let (z1, z2) = (m(z1, -F_0_899), m(z2, -F_2_562));
    let (z3, z4) = (m(z3, -F_1_961).wrapping_add(z5), m(z4, -F_0_390).wrapping_add(z5));
    let odd = [
        m(d, F_1_501).wrapping_add(z1).wrapping_add(z4),
        m(c, F_3_072).wrapping_add(z2).wrapping_add(z3),
        m(b, F_2_053).wrapping_add(z2).wrapping_add(z4),
        m(a, F_0_298).wrapping_add(z1).wrapping_add(z3),
    ];
    std::array::from_fn(|i| if i < 4 { even[i].wrapping_add(odd[i]) } else { even[7 - i].wrapping_sub(odd[7 - i]) })
}

/// Transforms a block of coefficients in natural order to samples, written to `out` with `stride` bytes per row.
pub(super) fn block(coefficients: &[i16; 64], quantisers: &[u16; 64], out: &mut [u8], stride: usize) {
    if coefficients[1..].iter().all(|&v| v == 0) {
        let dc = i32::from(coefficients[0]).wrapping_mul(i32::from(quantisers[0]));
        let value = (((dc << PASS1).wrapping_add(1 << 4) >> 5).wrapping_add(128)).clamp(0, 255) as u8;
        for y in 0..8 {
            out[y * stride..y * stride + 8].fill(value);
        }
        return;
    }
    let mut work = [0i32; 64];
    for x in 0..8 {
        let column: [i32; 8] = std::array::from_fn(|y| i32::from(coefficients[y * 8 + x]).wrapping_mul(i32::from(quantisers[y * 8 + x])));
        if column[1..].iter().all(|&v| v == 0) {
            (0..8).for_each(|y| work[y * 8 + x] = column[0] << PASS1);
            continue;
        }
        let shift = BITS - PASS1;
        for (y, v) in line(column).into_iter().enumerate() {
            work[y * 8 + x] = v.wrapping_add(1 << (shift - 1)) >> shift;
        }
    }
    for y in 0..8 {
        let row: [i32; 8] = std::array::from_fn(|x| work[y * 8 + x]);
        let shift = BITS + PASS1 + 3;
        let line = line(row);
        for (o, v) in out[y * stride..y * stride + 8].iter_mut().zip(line) {
            *o = ((v.wrapping_add(1 << (shift - 1)) >> shift) + 128).clamp(0, 255) as u8;
        }
    }
}
