//! Pieces of a form, from top to bottom, dealt out to pages.

use crate::page::Mark;

/// What adding up the heights of a page may be off by.
const ROUNDING_MM: f32 = 0.01;

/// A horizontal strip of a form that is never cut: a line of text, a table row, a signature line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    /// Free space above it, dropped at the top of a page.
    pub(crate) gap_mm: f32,
    pub(crate) height_mm: f32,
    /// Never the last piece of a page when it could move over together with the next one.
    pub(crate) keep_with_next: bool,
    /// The table it is a row of: its head is repeated when the row starts a page.
    pub(crate) table: Option<usize>,
    /// What it draws; y counts from the top of the piece.
    pub(crate) marks: Vec<Mark>,
}

impl Piece {
    pub(crate) fn new(height_mm: f32, marks: Vec<Mark>) -> Piece {
        Piece { gap_mm: 0.0, height_mm, keep_with_next: false, table: None, marks }
    }

    pub(crate) fn with_gap(mut self, gap_mm: f32) -> Piece {
        self.gap_mm = gap_mm;
        self
    }

    fn full_height(&self) -> f32 {
        self.gap_mm + self.height_mm
    }
}

/// All pieces of a form, and the heads of its tables.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    pieces: Vec<Piece>,
    table_heads: Vec<Piece>,
}

impl Flow {
    pub(crate) fn push(&mut self, piece: Piece) {
        self.pieces.push(piece);
    }

    pub(crate) fn extend(&mut self, pieces: impl IntoIterator<Item = Piece>) {
        self.pieces.extend(pieces);
    }

    /// Adds a table: its head stays with the first row and is repeated on every further page.
    pub(crate) fn push_table(&mut self, head: Piece, rows: impl IntoIterator<Item = Piece>) {
        let table = self.table_heads.len();
        let mut first = head.clone();
        first.keep_with_next = true;
        self.push(first);
        self.table_heads.push(Piece { gap_mm: 0.0, ..head });
        self.extend(rows.into_iter().map(|row| Piece { table: Some(table), ..row }));
    }

    /// Ties the last `count` pieces together, and to what follows them.
    pub(crate) fn keep_last_with_next(&mut self, count: usize) {
        let from = self.pieces.len().saturating_sub(count);
        for piece in &mut self.pieces[from..] {
            piece.keep_with_next = true;
        }
    }

    /// Gives every gap an equal share of the space left on a page of `height_mm`, at most `share_mm_max`
    /// each: lines breathe where there is room. Does nothing when the pieces need more than a page.
    pub(crate) fn spread(&mut self, height_mm: f32, share_mm_max: f32) {
        let needed: f32 = self.pieces.iter().map(Piece::full_height).sum();
        let gaps = self.pieces.iter().skip(1).filter(|piece| piece.gap_mm > 0.0).count();
        let left = height_mm - needed - ROUNDING_MM;
        if left <= 0.0 || gaps == 0 {
            return;
        }
        let share = (left / gaps as f32).min(share_mm_max);
        for piece in self.pieces.iter_mut().skip(1).filter(|piece| piece.gap_mm > 0.0) {
            piece.gap_mm += share;
        }
    }

    /// Deals the pieces out to pages of `height_mm`; every page is the list of its marks, y
    /// counting from the top of the page's text area. There is always at least one page.
    pub(crate) fn paginate(&self, height_mm: f32) -> Vec<Vec<Mark>> {
        let mut pages = Pages::new(height_mm);
        for chunk in self.pieces.chunk_by(|piece, _| piece.keep_with_next) {
            let needed: f32 = chunk.iter().map(Piece::full_height).sum();
            if !pages.has_room(needed) && needed <= height_mm {
                self.break_before(&mut pages, chunk.first());
            }
            for piece in chunk {
                if !pages.has_room(piece.full_height()) {
                    self.break_before(&mut pages, Some(piece));
                }
                pages.place(piece);
            }
        }
        pages.done
    }

    fn break_before(&self, pages: &mut Pages, piece: Option<&Piece>) {
        if pages.is_at_top() {
            return;
        }
        pages.start_next();
        let table = piece.and_then(|piece| piece.table);
        if let Some(head) = table.and_then(|table| self.table_heads.get(table)) {
            pages.place(head);
        }
    }
}

struct Pages {
    height_mm: f32,
    y: f32,
    done: Vec<Vec<Mark>>,
}

impl Pages {
    fn new(height_mm: f32) -> Pages {
        Pages { height_mm, y: 0.0, done: vec![Vec::new()] }
    }

    fn is_at_top(&self) -> bool {
        self.y == 0.0
    }

    fn has_room(&self, needed_mm: f32) -> bool {
        self.y + needed_mm <= self.height_mm
    }

    fn start_next(&mut self) {
        self.done.push(Vec::new());
        self.y = 0.0;
    }

    fn place(&mut self, piece: &Piece) {
        if !self.is_at_top() {
            self.y += piece.gap_mm;
        }
        let marks = piece.marks.iter().map(|mark| mark.moved(0.0, self.y));
        if let Some(page) = self.done.last_mut() {
            page.extend(marks);
        }
        self.y += piece.height_mm;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fonts::Style;

    fn piece(name: &str, height_mm: f32) -> Piece {
        let mark = Mark::Text {
            x: 0.0,
            y: 0.0,
            size_pt: 10.0,
            style: Style::Regular,
            text: name.to_owned(),
        };
        Piece::new(height_mm, vec![mark])
    }

    /// The names on each page, top to bottom.
    fn dealt(flow: &Flow, height_mm: f32) -> Vec<String> {
        let name = |mark: &Mark| match mark {
            Mark::Text { text, .. } => text.clone(),
            _ => String::new(),
        };
        let page = |marks: Vec<Mark>| marks.iter().map(name).collect::<Vec<_>>().join(" ");
        flow.paginate(height_mm).into_iter().map(page).collect()
    }

    #[test]
    fn a_piece_that_does_not_fit_starts_the_next_page() {
        let mut flow = Flow::default();
        flow.extend([piece("a", 4.0), piece("b", 4.0), piece("c", 4.0)]);
        assert_eq!(dealt(&flow, 10.0), ["a b", "c"]);
    }

    #[test]
    fn a_table_that_breaks_repeats_its_head() {
        let mut flow = Flow::default();
        flow.push(piece("label", 2.0));
        flow.push_table(piece("HEAD", 2.0), ["1", "2", "3", "4"].map(|row| piece(row, 3.0)));
        assert_eq!(dealt(&flow, 10.0), ["label HEAD 1 2", "HEAD 3 4"]);
    }

    #[test]
    fn a_table_head_is_never_left_alone_at_the_foot_of_a_page() {
        let mut flow = Flow::default();
        flow.push(piece("label", 6.0));
        flow.push_table(piece("HEAD", 2.0), [piece("1", 3.0)]);
        assert_eq!(dealt(&flow, 10.0), ["label", "HEAD 1"]);
    }

    #[test]
    fn signatures_take_the_last_lines_over_with_them() {
        let mut flow = Flow::default();
        flow.extend([piece("a", 3.0), piece("b", 3.0), piece("c", 2.0)]);
        flow.keep_last_with_next(2);
        flow.push(piece("SIGN", 4.0));
        assert_eq!(dealt(&flow, 10.0), ["a", "b c SIGN"]);
    }

    #[test]
    fn what_is_tied_together_but_taller_than_a_page_still_flows() {
        let mut flow = Flow::default();
        flow.extend((0..5).map(|n| piece(&n.to_string(), 4.0)));
        flow.keep_last_with_next(5);
        assert_eq!(dealt(&flow, 10.0), ["0 1", "2 3", "4"]);
    }

    #[test]
    fn the_space_left_is_shared_among_the_gaps_up_to_a_bound() {
        let mut flow = Flow::default();
        let gap = |name| piece(name, 2.0).with_gap(1.0);
        flow.extend([piece("a", 2.0), gap("b"), piece("c", 2.0), gap("d")]);
        flow.spread(12.0, 5.0);
        assert!((flow.pieces[3].gap_mm - 2.0).abs() < 0.01);
        assert_eq!(flow.pieces[2].gap_mm, 0.0, "lines of one paragraph stay together");
        assert_eq!(flow.paginate(12.0).len(), 1, "sharing must not push anything over");
        flow.spread(112.0, 0.5);
        assert!((flow.pieces[1].gap_mm - 2.5).abs() < 0.01);
    }

    #[test]
    fn space_above_is_dropped_at_the_top_of_a_page() {
        let mut flow = Flow::default();
        flow.push(piece("a", 9.0));
        flow.push(piece("b", 9.0).with_gap(3.0));
        let pages = flow.paginate(10.0);
        assert!(matches!(pages[1][0], Mark::Text { y, .. } if y == 0.0));
    }
}
