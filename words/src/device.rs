//! A device as a language names it.

use crate::{Args, Language, part};

/// A device is recorded in English, as `Firefox on Windows`; one that is recorded otherwise stays as it is.
pub fn device_in_words(language: Language, device: &str) -> String {
    let Some((browser, system)) = device.split_once(" on ") else { return device.to_owned() };
    let mut args = Args::new();
    args.set("browser", browser);
    args.set("system", system);
    part(language, "mail", "device-name", &args).unwrap_or_else(|| device.to_owned())
}
