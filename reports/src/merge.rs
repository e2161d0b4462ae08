//! One document of several: the same cases on runtimes of several machines.

use crate::{
    matrix::{Matrix, ReadError},
    traces::Traces,
};

impl Matrix {
    /// The runtimes of all `documents` side by side.
    ///
    /// # Errors
    /// [`ReadError::Broken`] if they are not of the same cases, or two have a runtime of one name.
    pub fn merge(documents: Vec<Matrix>) -> Result<Matrix, ReadError> {
        let mut documents = documents.into_iter();
        let broken = |what: &str| ReadError::Broken { what: what.to_owned() };
        let mut merged = documents.next().ok_or_else(|| broken("a list of no results"))?;
        let mut traces = Traces::default();
        let places = std::mem::take(&mut merged.traces).into_iter().map(|packed| traces.place_packed(packed));
        merged.replace(&places.collect::<Vec<_>>());
        for mut other in documents {
            let places = std::mem::take(&mut other.traces).into_iter().map(|packed| traces.place_packed(packed));
            other.replace(&places.collect::<Vec<_>>());
            if (&merged.preflight, &merged.cases) != (&other.preflight, &other.cases) {
                return Err(broken("a run of other cases, or of another version of preflight,"));
            }
            if let Some(twin) = other.runtimes.iter().find(|twin| merged.runtimes.iter().any(|r| r.name == twin.name)) {
                return Err(broken(&format!("a second runtime called {}", twin.name)));
            }
            if merged.mutants.is_empty() {
                merged.mutants = std::mem::take(&mut other.mutants);
            }
            merged.runtimes.append(&mut other.runtimes);
            merged.times.append(&mut other.times);
        }
        merged.traces = traces.into_table();
        Ok(merged)
    }

    /// Every reference to a trace, by its new place.
    fn replace(&mut self, places: &[usize]) {
        let new = |place: &mut Option<usize>| *place = place.and_then(|place| places.get(place).copied());
        self.cases.iter_mut().for_each(|case| new(&mut case.expected));
        let results = self.runtimes.iter_mut().flat_map(|runtime| &mut runtime.results);
        results.for_each(|result| new(&mut result.actual));
    }
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn runtimes_stand_side_by_side_and_traces_are_shared() {
        let (mut one, mut two) = (sample(), sample());
        one.runtimes.truncate(1);
        one.times.truncate(1);
        two.runtimes.remove(0);
        two.times.remove(0);
        two.traces.rotate_left(1);
        let count = two.traces.len();
        let shift = |place: &mut Option<usize>| *place = place.map(|place| (place + count - 1) % count);
        two.cases.iter_mut().for_each(|case| shift(&mut case.expected));
        two.runtimes.iter_mut().flat_map(|runtime| &mut runtime.results).for_each(|result| shift(&mut result.actual));
        let merged = super::Matrix::merge(vec![one, two]).expect("one document");
        assert_eq!(merged, sample());
    }

    #[test]
    fn other_cases_and_twins_are_refused() {
        let message = |documents| super::Matrix::merge(documents).expect_err("refused").to_string();
        assert!(message(vec![sample(), sample()]).contains("a second runtime called reference"));
        let mut other = sample();
        other.cases[0].title += "!";
        assert!(message(vec![sample(), other]).contains("a run of other cases"));
        assert!(message(Vec::new()).contains("no results"));
    }
}
