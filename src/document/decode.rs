//! From a file's bytes to text, whatever the page was saved as.

use encoding_rs::{EUC_JP, Encoding, ISO_2022_JP, SHIFT_JIS, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::parse::ParseError;

/// Larger pages are not read: no person reads them either.
pub(crate) const LARGEST: usize = 8 * 1024 * 1024;

/// How much of a page decides its encoding.
const SAMPLE: usize = 256 * 1024;

/// Decodes a page.
///
/// A byte order mark decides; then valid UTF-8; then UTF-16 by its zero bytes; then UTF-8 with a few
/// broken bytes; then the Japanese encodings by how Japanese the result looks; then Windows-1252.
///
/// # Errors
/// Too large, binary, a Git LFS pointer, or in no encoding that gives text.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, ParseError> {
    if bytes.len() > LARGEST {
        return Err(ParseError::TooLarge { size: bytes.len() });
    }
    if bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return Err(ParseError::LfsPointer);
    }
    if bytes.starts_with(&[0xff, 0xfe, 0, 0]) || bytes.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(ParseError::Encoding);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let body = bytes.get(mark..).unwrap_or_default();
        return text(
            strict(encoding, body).unwrap_or_else(|| encoding.decode_without_bom_handling(body).0.into_owned()),
        );
    }
    if bytes.contains(&0) {
        return utf16_without_mark(bytes).map_or(Err(ParseError::Binary), text);
    }
    match std::str::from_utf8(bytes) {
        Ok(_) if is_iso_2022_jp(bytes) => match strict(ISO_2022_JP, bytes) {
            Some(decoded) => text(decoded),
            None => Err(ParseError::Encoding),
        },
        Ok(valid) => text(valid.to_owned()),
        Err(_) if mostly_utf8(bytes) => text(String::from_utf8_lossy(bytes).into_owned()),
        Err(_) => eight_bit(bytes),
    }
}

fn strict(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// Refuses what is no text although it decodes.
fn text(decoded: String) -> Result<String, ParseError> {
    let controls =
        decoded.bytes().filter(|&b| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b | 0x08)).count();
    if decoded.contains('\0') || controls * 20 > decoded.len() { Err(ParseError::Binary) } else { Ok(decoded) }
}

/// UTF-16 of mostly Western text (or with Western line breaks) has zeros in every other place.
fn utf16_without_mark(bytes: &[u8]) -> Option<String> {
    if !bytes.len().is_multiple_of(2) {
        return None;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let (mut even, mut odd) = (0usize, 0usize);
    for pair in sample.chunks_exact(2) {
        even += usize::from(pair[0] == 0);
        odd += usize::from(pair[1] == 0);
    }
    let pairs = sample.len() / 2;
    let encoding = if odd * 5 >= pairs && even * 20 < odd {
        UTF_16LE
    } else if even * 5 >= pairs && odd * 20 < even {
        UTF_16BE
    } else {
        return None;
    };
    strict(encoding, bytes)
}

fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    bytes.is_ascii() && [&b"\x1b$B"[..], b"\x1b$@"].iter().any(|mark| memchr::memmem::find(bytes, mark).is_some())
}

/// Whether a page is UTF-8 but for a few bytes.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good >= 4 && good >= 8 * bad
}

fn eight_bit(bytes: &[u8]) -> Result<String, ParseError> {
    let japanese = [SHIFT_JIS, EUC_JP]
        .into_iter()
        .filter_map(|encoding| strict(encoding, bytes))
        .map(|decoded| (japanese_share(&decoded), decoded))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let western = WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    let western_share = western_share(&western);
    if let Some((share, decoded)) = japanese
        && share >= 0.3
        && (share > western_share || western_share < 0.9)
    {
        return text(decoded);
    }
    if western.chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c)) {
        return Err(ParseError::Encoding);
    }
    text(western)
}

/// The share of kana, Japanese punctuation and (for less) kanji among what is not ASCII.
fn japanese_share(decoded: &str) -> f64 {
    let (mut score, mut all) = (0.0, 0.0);
    for c in decoded.chars().filter(|c| !c.is_ascii()).take(SAMPLE) {
        all += 1.0;
        score += match c {
            '\u{3040}'..='\u{30ff}' | '\u{3000}'..='\u{301f}' | '\u{ff01}'..='\u{ff60}' => 1.0,
            '\u{4e00}'..='\u{9fff}' => 0.6,
            // One byte each in Shift_JIS: what most other bytes look like there.
            '\u{ff61}'..='\u{ff9f}' => 0.05,
            _ => 0.1,
        };
    }
    if all > 0.0 { score / all } else { 0.0 }
}

/// The share of Western letters that stand in or beside a word, and of common signs.
fn western_share(decoded: &str) -> f64 {
    let (mut score, mut all) = (0.0, 0.0);
    let mut before = ' ';
    let mut chars = decoded.chars().peekable();
    let mut seen = 0;
    while let Some(c) = chars.next() {
        if !c.is_ascii() {
            seen += 1;
            if seen > SAMPLE {
                break;
            }
            let after = chars.peek().copied().unwrap_or(' ');
            all += 1.0;
            score += match c {
                'À'..='ÿ' | 'Š' | 'š' | 'Ž' | 'ž' | 'Œ' | 'œ' | 'Ÿ' if before.is_ascii() || after.is_ascii() => {
                    1.0
                }
                '‘'..='”'
                | '–'
                | '—'
                | '…'
                | '•'
                | '©'
                | '®'
                | '™'
                | '°'
                | '€'
                | '£'
                | '§'
                | '«'
                | '»'
                | '·'
                | '\u{a0}' => 0.9,
                _ => 0.0,
            };
        }
        before = c;
    }
    if all > 0.0 { score / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JAPANESE: &str = "# 設定\n\n設定ファイルは `config/app.toml` です。再起動してください。\n";

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        let (bytes, used, lost) = encoding.encode(text);
        assert!(!lost && used == encoding);
        bytes.into_owned()
    }

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
        units.flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    #[test]
    fn reads_the_encodings_of_japanese_pages() {
        for encoding in [SHIFT_JIS, EUC_JP, ISO_2022_JP] {
            assert_eq!(decode(&encoded(encoding, JAPANESE)).unwrap(), JAPANESE, "{}", encoding.name());
        }
        assert_eq!(decode(&encoded(SHIFT_JIS, "障害対応手順書")).unwrap(), "障害対応手順書");
        assert_eq!(decode(&encoded(EUC_JP, "障害対応手順書")).unwrap(), "障害対応手順書");
    }

    #[test]
    fn reads_utf16_with_and_without_mark() {
        for big in [false, true] {
            assert_eq!(decode(&utf16("# Setup\r\nrun `x`\r\n", big, true)).unwrap(), "# Setup\r\nrun `x`\r\n");
            assert_eq!(decode(&utf16("# Setup\r\nrun `x`\r\n", big, false)).unwrap(), "# Setup\r\nrun `x`\r\n");
            assert_eq!(decode(&utf16(JAPANESE, big, true)).unwrap(), JAPANESE);
        }
    }

    #[test]
    fn reads_western_pages() {
        for text in ["Le café est prêt à déployer.\n", "Größe der Datei: 5 °C – “quoted”", "Año nuevo, señor"]
        {
            assert_eq!(decode(&encoded(WINDOWS_1252, text)).unwrap(), text);
        }
        assert_eq!(decode("\u{feff}# Hé\n".as_bytes()).unwrap(), "# Hé\n");
    }

    #[test]
    fn keeps_utf8_with_a_broken_byte() {
        let mut bytes = JAPANESE.as_bytes().to_vec();
        bytes.push(0xff);
        assert_eq!(decode(&bytes).unwrap(), format!("{JAPANESE}\u{fffd}"));
    }

    #[test]
    fn names_what_is_no_page() {
        let reason = |bytes: &[u8]| decode(bytes).unwrap_err().reason();
        assert_eq!(reason(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "binary");
        assert_eq!(reason(b"text with a \0 in it"), "binary");
        assert_eq!(reason(&[1, 2, 3, 4, 5, 6, 7, 14]), "binary");
        assert_eq!(reason(&vec![b'a'; LARGEST + 1]), "too-large");
        assert_eq!(reason(&[0xff, 0xfe, 0, 0, b'a', 0, 0, 0]), "encoding");
        assert_eq!(reason(b"a\x81 \x8d \x8f b"), "encoding");
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n";
        assert_eq!(reason(pointer), "lfs-pointer");
    }
}
