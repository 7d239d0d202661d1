//! Text layout: wrapped words, matrices in brackets, matrices side by side.
//!
//! Every character used here takes one column, so a width is a count of characters. This file knows neither
//! cases nor equations.

/// The most rows, columns or terms that are shown whole; of more, only the ends are shown.
pub const MOST: usize = 7;

/// The indices below `n` that are shown; `None` stands for the omitted rest.
pub fn shown(n: usize, most: usize) -> Vec<Option<usize>> {
    if n <= most {
        return (0..n).map(Some).collect();
    }
    (0..most - 2).map(Some).chain([None, Some(n - 1)]).collect()
}

/// A rectangle of text: a title, and lines of equal width.
pub struct Block {
    title: String,
    lines: Vec<String>,
}

impl Block {
    /// The cells in right-aligned columns between brackets.
    pub fn matrix(title: &str, cells: &[Vec<String>]) -> Self {
        let last = cells.len() - 1;
        let widths = widths(cells);
        let line = |(i, row): (usize, &Vec<String>)| {
            let (open, close) = match i {
                0 if last == 0 => ('[', ']'),
                0 => ('⎡', '⎤'),
                _ if i == last => ('⎣', '⎦'),
                _ => ('⎢', '⎥'),
            };
            format!("{open} {} {close}", aligned(row, &widths))
        };
        Block { title: title.to_string(), lines: cells.iter().enumerate().map(line).collect() }
    }

    /// The columns that the block takes.
    pub fn width(&self) -> usize {
        self.lines.iter().chain([&self.title]).map(|line| line.chars().count()).max().unwrap_or(0)
    }
}

/// The cells, with a label before each row and above each column, and the name in the corner.
pub fn table(corner: &str, rows: &[String], columns: &[String], cells: &[Vec<String>]) -> Vec<String> {
    let both: Vec<Vec<String>> = std::iter::once(columns.to_vec()).chain(cells.iter().cloned()).collect();
    let widths = widths(&both);
    let labels: Vec<&str> = std::iter::once(corner).chain(rows.iter().map(String::as_str)).collect();
    let label_width = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let padded: Vec<Vec<String>> = cells
        .iter()
        .map(|row| row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:>width$}")).collect())
        .collect();
    let head = format!("{corner:<label_width$}   {}", aligned(columns, &widths));
    let body = Block::matrix("", &padded).lines;
    let line = |(label, line): (&str, String)| format!("{label:<label_width$} {line}");
    std::iter::once(head).chain(labels.into_iter().skip(1).zip(body).map(line)).collect()
}

fn widths(cells: &[Vec<String>]) -> Vec<usize> {
    let width = |j: usize| cells.iter().map(|row| row[j].chars().count()).max().unwrap_or(0);
    (0..cells[0].len()).map(width).collect()
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let cells: Vec<String> = row.iter().zip(widths).map(|(cell, &width)| format!("{cell:>width$}")).collect();
    cells.join("  ")
}

/// Blocks side by side, each after its sign (= · ⊙ +), in as many bands as the width requires.
pub fn side_by_side(indent: &str, blocks: &[(&str, Block)], width: usize) -> String {
    let mut bands: Vec<Vec<&(&str, Block)>> = Vec::new();
    let mut used = 0;
    for part in blocks {
        let more = part.0.chars().count() + 2 + part.1.width();
        if bands.is_empty() || used + more > width {
            bands.push(Vec::new());
            used = indent.chars().count();
        }
        used += more;
        if let Some(band) = bands.last_mut() {
            band.push(part);
        }
    }
    // In several bands, the first block leaves space for the signs of those below.
    let margin = if bands.len() > 1 { 2 } else { 0 };
    bands.iter().map(|parts| band(indent, margin, parts)).collect()
}

/// One band: the titles on one line, the blocks centred below.
fn band(indent: &str, margin: usize, parts: &[&(&str, Block)]) -> String {
    let height = parts.iter().map(|(_, block)| block.lines.len()).max().unwrap_or(0);
    let line = |y: usize, cell: &dyn Fn(&Block) -> String| {
        let mut line = indent.to_string();
        for (at, (sign, block)) in parts.iter().enumerate() {
            let sign = match sign.chars().count() {
                0 => " ".repeat(margin),
                _ if at == 0 => format!("{sign} "),
                _ => format!(" {sign} "),
            };
            let (gap, width) = (sign.chars().count(), block.width());
            let sign = if y == height / 2 + 1 { &sign } else { "" };
            line += &format!("{sign:gap$}{:^width$}", cell(block));
        }
        line.trim_end().to_string() + "\n"
    };
    let body = |y: usize| {
        line(y, &|block: &Block| {
            let above = (height - block.lines.len()).div_ceil(2);
            (y - 1).checked_sub(above).and_then(|y| block.lines.get(y)).cloned().unwrap_or_default()
        })
    };
    line(0, &|block| block.title.clone()) + &(1..=height).map(body).collect::<String>()
}

/// `head`, then as many pieces per line as fit; further lines are indented to the first piece.
pub fn wrap<'a>(head: &str, pieces: impl IntoIterator<Item = &'a str>, width: usize) -> String {
    let indent = head.chars().count();
    let mut text = head.to_string();
    let mut used = indent;
    for piece in pieces {
        let more = piece.chars().count();
        if used > indent && used + 1 + more > width {
            text += &format!("\n{}", " ".repeat(indent));
            used = indent;
        }
        if used > indent {
            text += " ";
            used += 1;
        }
        text += piece;
        used += more;
    }
    text + "\n"
}
