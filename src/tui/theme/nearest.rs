//! Nearest available colour.

use super::ColorDepth;
use ratatui::style::Color;

/// xterm's values of the sixteen colours; other terminals differ little.
const SIXTEEN: [[u8; 3]; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// Levels of red, green and blue in the 6×6×6 cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// Nearest colour at this depth.
pub(super) fn to(colour: Color, depth: ColorDepth) -> Color {
    match (colour, depth) {
        (Color::Rgb(red, green, blue), ColorDepth::Fixed) => among(16..=255, [red, green, blue]),
        (Color::Rgb(red, green, blue), ColorDepth::Sixteen) => among(0..=15, [red, green, blue]),
        (Color::Indexed(index @ 16..), ColorDepth::Sixteen) => among(0..=15, fixed(index)),
        (colour, _) => colour,
    }
}

fn among(indices: std::ops::RangeInclusive<u8>, wanted: [u8; 3]) -> Color {
    let distance = |index: &u8| -> u32 {
        let pairs = fixed(*index).into_iter().zip(wanted);
        pairs.map(|(one, other)| u32::from(one.abs_diff(other)).pow(2)).sum()
    };
    Color::Indexed(indices.min_by_key(distance).unwrap_or_default())
}

/// RGB of a palette number: sixteen colours, a 6×6×6 cube, 24 greys.
pub(super) fn fixed(index: u8) -> [u8; 3] {
    let step = |at: u8| STEPS.get(usize::from(at % 6)).copied().unwrap_or_default();
    match index {
        0..16 => SIXTEEN.get(usize::from(index)).copied().unwrap_or_default(),
        16..232 => [step((index - 16) / 36), step((index - 16) / 6), step(index - 16)],
        232.. => [8 + 10 * (index - 232); 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_that_there_is_stays() {
        for index in 16..=255 {
            let [red, green, blue] = fixed(index);
            let Color::Indexed(found) = to(Color::Rgb(red, green, blue), ColorDepth::Fixed) else {
                panic!("{index}");
            };
            assert_eq!(fixed(found), fixed(index));
        }
        assert_eq!(to(Color::Red, ColorDepth::Sixteen), Color::Red);
        assert_eq!(to(Color::Indexed(3), ColorDepth::Sixteen), Color::Indexed(3));
        assert_eq!(to(Color::Rgb(1, 2, 3), ColorDepth::True), Color::Rgb(1, 2, 3));
    }

    #[test]
    fn the_nearest_is_taken() {
        assert_eq!(to(Color::Rgb(255, 136, 0), ColorDepth::Fixed), Color::Indexed(208));
        assert_eq!(to(Color::Rgb(200, 10, 10), ColorDepth::Sixteen), Color::Indexed(1));
        assert_eq!(to(Color::Indexed(208), ColorDepth::Sixteen), Color::Indexed(3));
        assert_eq!(to(Color::Rgb(250, 250, 250), ColorDepth::Sixteen), Color::Indexed(15));
    }
}
