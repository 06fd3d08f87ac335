//! Cut-outs of products whose opacity is known.

use nanococoa::backend::draft::segment::Segmenter;
use nanococoa::backend::{Quiet, StageCx};
use nanococoa::cancel::CancelToken;
use nanococoa::imaging::Plane;

use super::{SETUPS, measure, photo, picture};

/// Side of the photos.
const SIDE: usize = 560;

/// Overlap and gradient error of a cut-out.
fn score(name: &str) -> (f64, f64) {
    let photo = photo(name, SIDE);
    let cancel = CancelToken::default();
    let matte = Segmenter::new().segment(&picture(&photo), StageCx { cancel: &cancel, observer: &Quiet }).unwrap();
    let truth = Plane { width: SIDE, height: SIDE, data: photo.alpha };
    measure::matte(&matte.alpha, &truth)
}

/// Least overlap of some of the photos; their gaps and strands are what a network's mask is too coarse for.
#[test]
fn cut_outs_have_their_gaps_and_strands() {
    for (name, least) in LEAST {
        let (overlap, gradient) = score(name);
        println!("{name}: IoU {overlap:.4}, gradient error {gradient:.1}");
        assert!(overlap >= least, "{name}: {overlap}");
    }
}

/// What the overlap must not fall below.
const LEAST: [(&str, f64); 5] = [("bicycle", 0.55), ("brush", 0.965), ("mug", 0.99), ("plant", 0.98), ("headphones", 0.99)];

#[test]
#[ignore = "renders 22 photos"]
fn table_of_cut_outs() {
    let (mut overlaps, mut gradients) = (0.0, 0.0);
    for (name, _) in &SETUPS {
        let (overlap, gradient) = score(name);
        println!("| {name} | {overlap:.4} | {gradient:.1} |");
        overlaps += overlap;
        gradients += gradient;
    }
    println!("| mean | {:.4} | {:.1} |", overlaps / SETUPS.len() as f64, gradients / SETUPS.len() as f64);
}
