//! A moment as a language writes it.

use crate::{Args, Language, phrase};
use watchbook_domain::Timestamp;

/// Day, month, year and time of day in UTC, such as `3 March 2026, 14:05 UTC`.
pub fn moment(language: Language, at: Timestamp) -> String {
    let at = at.datetime();
    let number = |format| at.format(format).to_string().parse::<i64>().unwrap_or_default();
    let mut args = Args::new();
    args.set("day", number("%d"));
    args.set("month", number("%m"));
    args.set("year", at.format("%Y").to_string());
    args.set("time", at.format("%H:%M").to_string());
    phrase(language, "moment", &args)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_writes_it_in_its_own_way() {
        let third = Timestamp::from_micros(1_772_546_700_000_000);
        let written = Language::ALL.map(|language| moment(language, third));
        assert_eq!(
            written,
            [
                "3 March 2026, 14:05 UTC",
                "3. März 2026, 14:05 Uhr (UTC)",
                "3 de marzo de 2026, 14:05 (UTC)",
                "3 mars 2026 à 14:05 (UTC)",
                "3 de março de 2026, 14:05 (UTC)",
            ]
        );
        let first = Timestamp::from_micros(1_772_546_700_000_000 - 172_800_000_000);
        assert_eq!(moment(Language::French, first), "1er mars 2026 à 14:05 (UTC)");
        assert_eq!(moment(Language::Portuguese, first), "1 de março de 2026, 14:05 (UTC)");
    }

    #[test]
    fn twelve_months_have_twelve_names() {
        for language in Language::ALL {
            let month = |n: i64| {
                moment(language, Timestamp::from_micros(1_768_485_900_000_000 + n * 2_629_800_000_000))
            };
            let names: std::collections::BTreeSet<String> = (0..12).map(month).collect();
            assert_eq!(names.len(), 12, "{names:?}");
        }
    }
}
