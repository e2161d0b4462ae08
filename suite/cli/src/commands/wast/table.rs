//! A plain table of counts for the terminal, and its colours.

use std::io::{self, IsTerminal, Write};

/// Colours, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Colours for standard output: only on a terminal, and only if `NO_COLOR` is not set (<https://no-color.org>).
    pub fn for_stdout() -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Paint { on: !refused && io::stdout().is_terminal() }
    }

    fn code(self, code: &'static str) -> &'static str {
        if self.on { code } else { "" }
    }

    /// What went well.
    pub fn green(self) -> &'static str {
        self.code("\x1b[32m")
    }

    /// What did not.
    pub fn red(self) -> &'static str {
        self.code("\x1b[31m")
    }

    /// What is neither.
    pub fn yellow(self) -> &'static str {
        self.code("\x1b[33m")
    }

    /// What is of little interest.
    pub fn dim(self) -> &'static str {
        self.code("\x1b[2m")
    }

    /// Ends a colour.
    pub fn end(self) -> &'static str {
        self.code("\x1b[0m")
    }
}

/// A table: a name and some right-aligned cells in each row.
pub struct Table {
    head: (String, Vec<String>),
    rows: Vec<(String, Vec<(String, &'static str)>)>,
}

impl Table {
    /// A table without rows.
    pub fn new(name: &str, columns: &[&str]) -> Self {
        Table { head: (name.to_owned(), columns.iter().map(|&column| column.to_owned()).collect()), rows: Vec::new() }
    }

    /// Adds a row: the name, and each cell with its colour (empty for none).
    pub fn row(&mut self, name: &str, cells: Vec<(String, &'static str)>) {
        self.rows.push((name.to_owned(), cells));
    }

    /// Writes the table.
    ///
    /// # Errors
    /// As `out`.
    pub fn write(&self, out: &mut impl Write, paint: Paint) -> io::Result<()> {
        let names = self.rows.iter().map(|(name, _)| name.chars().count());
        let name_width = names.chain([self.head.0.len()]).max().unwrap_or(0);
        let widths: Vec<usize> = self.head.1.iter().enumerate().map(|(i, head)| self.width(i, head)).collect();
        write!(out, "{}{:name_width$}", paint.dim(), self.head.0)?;
        for (head, width) in self.head.1.iter().zip(&widths) {
            write!(out, "  {head:>width$}")?;
        }
        writeln!(out, "{}", paint.end())?;
        for (name, cells) in &self.rows {
            write!(out, "{name:name_width$}")?;
            for ((text, colour), width) in cells.iter().zip(&widths) {
                let end = if colour.is_empty() { "" } else { paint.end() };
                write!(out, "  {colour}{text:>width$}{end}")?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn width(&self, column: usize, head: &str) -> usize {
        let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(column)).map(|(text, _)| text.chars().count());
        cells.chain([head.len()]).max().unwrap_or(0)
    }
}
