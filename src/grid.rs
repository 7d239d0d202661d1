//! [`Grid`] and [`Vector`]: the matrix and the vector of the index-by-index form, of any number.
//!
//! They know no linear algebra, on purpose: a reader of the scalar form sees every index.

/// A matrix of `rows` × `cols` values, stored row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid<T> {
    rows: usize,
    cols: usize,
    cells: Vec<T>,
}

impl<T> Grid<T> {
    /// The grid whose entry in row `i` and column `j` is `entry(i, j)`.
    pub fn tabulate(rows: usize, cols: usize, mut entry: impl FnMut(usize, usize) -> T) -> Self {
        let mut cells = Vec::with_capacity(rows * cols);
        for i in 0..rows {
            for j in 0..cols {
                cells.push(entry(i, j));
            }
        }
        Grid { rows, cols, cells }
    }

    /// The grid with the given rows, each of `cols` values.
    ///
    /// # Panics
    /// If a row has another length; the caller has checked that.
    pub fn from_rows(cols: usize, rows: Vec<Vec<T>>) -> Self {
        assert!(rows.iter().all(|row| row.len() == cols), "a ragged grid");
        Grid { rows: rows.len(), cols, cells: rows.into_iter().flatten().collect() }
    }

    /// The grid with these cells, row by row.
    ///
    /// # Panics
    /// If there are not rows × cols of them; the caller has checked that.
    pub fn from_cells(rows: usize, cols: usize, cells: Vec<T>) -> Self {
        assert_eq!(rows.checked_mul(cols), Some(cells.len()), "a grid of other sizes");
        Grid { rows, cols, cells }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Rows × columns.
    pub fn shape(&self) -> (usize, usize) {
        (self.rows, self.cols)
    }

    /// Row `i`.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[T] {
        &self.cells[i * self.cols..(i + 1) * self.cols]
    }

    /// All values, row by row.
    pub fn cells(&self) -> &[T] {
        &self.cells
    }

    /// All values, row by row, without a copy.
    pub fn into_cells(self) -> Vec<T> {
        self.cells
    }

    /// The grid of `f(value)` for each value.
    pub fn map<U>(&self, f: impl Fn(&T) -> U) -> Grid<U> {
        Grid { rows: self.rows, cols: self.cols, cells: self.cells.iter().map(f).collect() }
    }

    /// The grid of `f(x, y)` for all x and y in the same place of two grids of the same shape.
    pub fn zip<U, V>(&self, other: &Grid<U>, f: impl Fn(&T, &U) -> V) -> Grid<V> {
        let both = self.cells.iter().zip(&other.cells);
        Grid { rows: self.rows, cols: self.cols, cells: both.map(|(x, y)| f(x, y)).collect() }
    }
}

impl<T: Clone> Grid<T> {
    /// All rows, each as a vector.
    pub fn to_rows(&self) -> Vec<Vec<T>> {
        (0..self.rows).map(|i| self.row(i).to_vec()).collect()
    }

    /// The entry in row `i` and column `j`, as an owned value so that formulas stay free of clones.
    #[inline(always)]
    pub fn at(&self, i: usize, j: usize) -> T {
        self.row(i)[j].clone()
    }
}

/// A vector of values.
#[derive(Clone, Debug, PartialEq)]
pub struct Vector<T> {
    cells: Vec<T>,
}

impl<T> Vector<T> {
    /// The vector of `len` entries whose entry `k` is `entry(k)`.
    pub fn tabulate(len: usize, entry: impl Fn(usize) -> T) -> Self {
        (0..len).map(entry).collect()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// All entries.
    pub fn cells(&self) -> &[T] {
        &self.cells
    }

    /// The entries one by one.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.cells.iter()
    }

    /// The vector of `f(entry)` for each entry.
    pub fn map<U>(&self, f: impl Fn(&T) -> U) -> Vector<U> {
        self.iter().map(f).collect()
    }

    /// The vector of `f(entry, entry)` for each two entries in the same place of two vectors of one length.
    pub fn zip<U, V>(&self, other: &Vector<U>, f: impl Fn(&T, &U) -> V) -> Vector<V> {
        self.iter().zip(other).map(|(x, y)| f(x, y)).collect()
    }

    /// The grid that has this vector as its only row.
    pub fn into_row(self) -> Grid<T> {
        Grid { rows: 1, cols: self.len(), cells: self.cells }
    }
}

impl<T: Clone> Vector<T> {
    /// Entry `k`, as an owned value: formulas stay free of clones.
    #[inline(always)]
    pub fn at(&self, k: usize) -> T {
        self.cells[k].clone()
    }
}

impl<T> From<Vec<T>> for Vector<T> {
    fn from(cells: Vec<T>) -> Self {
        Vector { cells }
    }
}

impl<T> From<Vector<T>> for Vec<T> {
    fn from(vector: Vector<T>) -> Self {
        vector.cells
    }
}

impl<T> FromIterator<T> for Vector<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        Vector { cells: entries.into_iter().collect() }
    }
}

impl<'a, T> IntoIterator for &'a Vector<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
