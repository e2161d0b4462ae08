//! Timing in turns, and tables of ratios.

use std::time::{Duration, Instant};

/// Least time of one measurement; shorter work is repeated until it takes as long.
const LEAST: Duration = Duration::from_millis(2);

/// What is measured: a name and the work.
pub struct Contender<'a> {
    /// The runtime's name.
    pub name: String,
    /// One unit of work.
    pub work: Box<dyn FnMut() -> anyhow::Result<()> + 'a>,
}

impl<'a> Contender<'a> {
    /// A contender.
    pub fn new(name: &str, work: impl FnMut() -> anyhow::Result<()> + 'a) -> Self {
        Contender { name: name.to_owned(), work: Box::new(work) }
    }
}

/// Median nanoseconds of one unit of each contender's work. They take turns, so that a change of the machine's speed
/// meets all of them.
pub fn medians(contenders: &mut [Contender<'_>], rounds: usize) -> anyhow::Result<Vec<f64>> {
    let mut repeats = Vec::new();
    for contender in contenders.iter_mut() {
        repeats.push(calibrate(&mut contender.work)?);
    }
    let mut samples = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (i, contender) in contenders.iter_mut().enumerate() {
            samples[i].push(time(&mut contender.work, repeats[i])?);
        }
    }
    Ok(samples.iter_mut().map(|samples| median(samples)).collect())
}

/// How often the work fits into the least time.
fn calibrate(work: &mut dyn FnMut() -> anyhow::Result<()>) -> anyhow::Result<u32> {
    work()?;
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < LEAST {
        work()?;
        count += 1;
    }
    Ok(count.max(1))
}

fn time(work: &mut dyn FnMut() -> anyhow::Result<()>, repeats: u32) -> anyhow::Result<f64> {
    let start = Instant::now();
    for _ in 0..repeats {
        work()?;
    }
    Ok(start.elapsed().as_nanos() as f64 / repeats as f64)
}

fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Rows of medians; the first contender of each row is the one that is compared.
pub struct Table {
    title: &'static str,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    entries: Vec<(String, f64)>,
}

impl Table {
    /// An empty table.
    pub fn new(title: &'static str) -> Self {
        Table { title, rows: Vec::new() }
    }

    /// Measures one row.
    pub fn row(&mut self, name: &str, mut contenders: Vec<Contender<'_>>, rounds: usize) -> anyhow::Result<()> {
        let medians = medians(&mut contenders, rounds)?;
        let names = contenders.into_iter().map(|contender| contender.name);
        self.rows.push(Row { name: name.to_owned(), entries: names.zip(medians).collect() });
        Ok(())
    }

    /// The times become those of one of so many parts.
    pub fn divide(&mut self, parts: f64) {
        self.rows.iter_mut().flat_map(|row| &mut row.entries).for_each(|(_, nanos)| *nanos /= parts);
    }

    /// Prints the table, unless it is wanted as JSON only, and gives it as JSON.
    pub fn finish(self, quiet: bool) -> serde_json::Value {
        if !quiet {
            println!("{}", self.title);
            for row in &self.rows {
                print!("  {:<16}", row.name);
                let own = row.entries[0].1;
                for (name, nanos) in &row.entries {
                    print!("  {name} {}", human(*nanos));
                    if *nanos != own {
                        print!(" ({:.2} x)", own / nanos);
                    }
                }
                println!();
            }
            for (peer, mean) in self.means() {
                println!("  geometric mean of time against {peer}: {mean:.2} x");
            }
            println!();
        }
        let rows = self.rows.iter().map(|row| {
            let entries = row.entries.iter().map(|(name, nanos)| (name.clone(), (*nanos).into()));
            serde_json::json!({ "name": row.name, "nanoseconds": serde_json::Map::from_iter(entries) })
        });
        let means = self.means().into_iter().map(|(peer, mean)| (peer, mean.into()));
        serde_json::json!({ "rows": rows.collect::<Vec<_>>(), "geometric_means": serde_json::Map::from_iter(means) })
    }

    /// The geometric mean of the own time by each peer's, over the rows that have both.
    fn means(&self) -> Vec<(String, f64)> {
        let mut peers: Vec<&String> = Vec::new();
        for (name, _) in self.rows.iter().flat_map(|row| &row.entries[1..]) {
            if !peers.contains(&name) {
                peers.push(name);
            }
        }
        let mean = |peer: &String| {
            let of = |row: &Row| row.entries.iter().find(|(name, _)| name == peer).map(|(_, t)| row.entries[0].1 / t);
            let ratios: Vec<f64> = self.rows.iter().filter_map(of).collect();
            (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
        };
        peers.into_iter().map(|peer| (peer.clone(), mean(peer))).collect()
    }
}

fn human(nanos: f64) -> String {
    match nanos {
        n if n < 1e4 => format!("{n:.0} ns"),
        n if n < 1e7 => format!("{:.1} us", n / 1e3),
        n => format!("{:.1} ms", n / 1e6),
    }
}
