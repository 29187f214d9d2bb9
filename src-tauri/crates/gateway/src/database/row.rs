//! Values that go into a statement and rows that come out.

use super::DatabaseFault;

/// A parameter of a statement.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
}

impl Value<'_> {
    /// A place in a log or a feed. The schema's numbers are signed; nobody writes 2^63 records.
    pub fn place(place: u64) -> Self {
        Self::Int(i64::try_from(place).unwrap_or(i64::MAX))
    }

    /// Yes or no.
    pub fn flag(flag: bool) -> Self {
        Self::Int(i64::from(flag))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A cell of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row; columns count from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// A number.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds none.
    pub fn int(&self, column: usize) -> Result<i64, DatabaseFault> {
        self.int_or_null(column)?.ok_or(DatabaseFault::Row { column, what: "a number" })
    }

    /// A number, if there is one.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds something else.
    pub fn int_or_null(&self, column: usize) -> Result<Option<i64>, DatabaseFault> {
        match self.0.get(column) {
            Some(Cell::Int(number)) => Ok(Some(*number)),
            Some(Cell::Null) => Ok(None),
            _ => Err(DatabaseFault::Row { column, what: "a number" }),
        }
    }

    /// A place in a log or a feed.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds none.
    pub fn place(&self, column: usize) -> Result<u64, DatabaseFault> {
        u64::try_from(self.int(column)?)
            .map_err(|_| DatabaseFault::Row { column, what: "a place from 0" })
    }

    /// Yes or no.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds no number.
    pub fn flag(&self, column: usize) -> Result<bool, DatabaseFault> {
        Ok(self.int(column)? != 0)
    }

    /// Text.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds none.
    pub fn text(&self, column: usize) -> Result<&str, DatabaseFault> {
        match self.0.get(column) {
            Some(Cell::Text(text)) => Ok(text),
            _ => Err(DatabaseFault::Row { column, what: "text" }),
        }
    }

    /// Text, if there is any.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds something else.
    pub fn text_or_null(&self, column: usize) -> Result<Option<&str>, DatabaseFault> {
        match self.0.get(column) {
            Some(Cell::Null) => Ok(None),
            _ => self.text(column).map(Some),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds none.
    pub fn bytes(&self, column: usize) -> Result<&[u8], DatabaseFault> {
        match self.0.get(column) {
            Some(Cell::Bytes(bytes)) => Ok(bytes),
            _ => Err(DatabaseFault::Row { column, what: "bytes" }),
        }
    }

    /// Bytes, if there are any.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds something else.
    pub fn bytes_or_null(&self, column: usize) -> Result<Option<&[u8]>, DatabaseFault> {
        match self.0.get(column) {
            Some(Cell::Null) => Ok(None),
            _ => self.bytes(column).map(Some),
        }
    }

    /// Exactly `N` bytes.
    ///
    /// # Errors
    /// [`DatabaseFault::Row`] when the column holds anything else.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], DatabaseFault> {
        let what = "bytes of a fixed length";
        self.bytes(column)?.try_into().map_err(|_| DatabaseFault::Row { column, what })
    }
}
