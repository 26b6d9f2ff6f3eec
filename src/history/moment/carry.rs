//! Carries line origins from one version of a page to the next.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};
use rustc_hash::FxHashMap;

use super::words::{hash, key, split_lines, words};

/// Larger changes are not compared word by word.
const MAX_WORDS: usize = 20_000;
/// A word that more removed lines share than this doesn't tell them apart.
const MAX_SHARED: usize = 32;
/// How many ancestors one line keeps.
const MAX_PARENTS: usize = 8;
/// How alike an edited line and its ancestor must be, in shared parts of both.
const ALIKE: f64 = 0.4;
/// A shorter line (blanks not counted) that comes up elsewhere is chance, not a move.
const MOVED: usize = 6;

/// No line at all.
pub(super) const NO_LINE: u32 = u32::MAX;

/// A state of a line: it stays while the line does, whatever moves around it.
#[derive(Debug, Clone)]
pub(super) struct Node {
    text: (u32, u32),
    /// Hash of the text.
    whole: u64,
    /// Hash of the text without blanks, and how many bytes that is.
    key: (u64, u32),
    /// The step that made this state.
    pub step: u32,
    /// The step in which the oldest of its ancestors came up.
    pub entered: u32,
    /// The step of the last real edit.
    pub edited: u32,
    parents: (u32, u32),
}

/// The line states of a page through its versions.
#[derive(Debug, Clone, Default)]
pub(super) struct Lineage {
    text: Vec<u8>,
    nodes: Vec<Node>,
    parents: Vec<u32>,
    /// What each step took away or replaced.
    removed: Vec<Vec<u32>>,
    head: Vec<u32>,
}

/// A place where two versions differ: lines of the old one, and lines of the new one.
struct Hunk {
    old: Vec<u32>,
    new: Vec<usize>,
}

impl Lineage {
    /// The states of the last version's lines.
    pub fn head(&self) -> &[u32] {
        &self.head
    }

    /// State `id`.
    pub fn node(&self, id: u32) -> Option<&Node> {
        self.nodes.get(id as usize)
    }

    /// The bytes of a state's line.
    pub fn text(&self, node: &Node) -> &[u8] {
        self.text.get(node.text.0 as usize..node.text.1 as usize).unwrap_or_default()
    }

    /// The states that a state was made from.
    pub fn parents(&self, node: &Node) -> impl Iterator<Item = &Node> {
        let ids = self.parents.get(node.parents.0 as usize..node.parents.1 as usize).unwrap_or_default();
        ids.iter().filter_map(|id| self.node(*id))
    }

    /// The states that step `step` took away or replaced.
    pub fn removed(&self, step: u32) -> impl Iterator<Item = &Node> {
        self.removed.get(step as usize).into_iter().flatten().filter_map(|id| self.node(*id))
    }

    /// Goes on to the next version. `look_through`: it is no edit wherever that can be (a commit of
    /// `.git-blame-ignore-revs`).
    pub fn step(&mut self, text: &[u8], look_through: bool) {
        let new = split_lines(text);
        let old = std::mem::take(&mut self.head);
        let same = |(id, line): &(&u32, &&[u8])| self.node(**id).is_some_and(|n| self.text(n) == **line);
        let before = old.iter().zip(&new).take_while(same).count();
        let (old_rest, new_rest) = (&old[before..], &new[before..]);
        let after = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
        let old_middle = &old_rest[..old_rest.len() - after];
        let new_middle = &new_rest[..new_rest.len() - after];

        let mut keys = vec![(0, 0); new_middle.len()];
        let mut middle = vec![NO_LINE; new_middle.len()];
        let mut hunks = self.hunks(old_middle, new_middle, &mut keys, &mut middle);
        self.carry_moves(&mut hunks, &keys, &mut middle);
        let step = u32::try_from(self.removed.len()).unwrap_or(u32::MAX);
        self.removed.push(hunks.iter().flat_map(|h| &h.old).copied().collect());
        for hunk in &hunks {
            self.carry_edits(hunk, new_middle, &keys, step, look_through, &mut middle);
        }
        let mut head = old[..before].to_vec();
        head.append(&mut middle);
        head.extend_from_slice(&old[old.len() - after..]);
        self.head = head;
    }

    /// Compares the lines, then those that differ without their blanks. What is the same keeps its
    /// state; the keys of what differs go to `keys`.
    fn hunks(&self, old: &[u32], new: &[&[u8]], keys: &mut [(u64, u32)], middle: &mut [u32]) -> Vec<Hunk> {
        let state = |id: &u32| self.node(*id);
        let whole =
            hash_pairs(old.iter().map(|id| state(id).map_or(0, |n| n.whole)), new.iter().map(|line| hash(line)));
        let mut hunks = Vec::new();
        for (gone, come) in compare(whole, old, middle, 0..new.len()) {
            for at in come.clone() {
                keys[at] = key(new[at]);
            }
            let gone = &old[gone];
            if gone.is_empty() || come.is_empty() {
                hunks.push(Hunk { old: gone.to_vec(), new: come.collect() });
                continue;
            }
            let blankless = hash_pairs(
                gone.iter().map(|id| state(id).map_or(0, |n| n.key.0)),
                keys[come.clone()].iter().map(|k| k.0),
            );
            for (gone_here, come_here) in compare(blankless, gone, middle, come) {
                hunks.push(Hunk { old: gone[gone_here].to_vec(), new: come_here.collect() });
            }
        }
        hunks
    }

    /// Lines that went from one place to another keep their state.
    fn carry_moves(&self, hunks: &mut [Hunk], keys: &[(u64, u32)], middle: &mut [u32]) {
        let mut gone: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for id in hunks.iter().flat_map(|h| &h.old).rev() {
            if let Some(node) = self.node(*id).filter(|n| n.key.1 as usize >= MOVED) {
                gone.entry(node.key.0).or_default().push(*id);
            }
        }
        if gone.is_empty() {
            return;
        }
        let mut moved = rustc_hash::FxHashSet::default();
        for hunk in &mut *hunks {
            hunk.new.retain(|&line| match gone.get_mut(&keys[line].0).and_then(Vec::pop) {
                Some(id) => {
                    middle[line] = id;
                    moved.insert(id);
                    false
                }
                None => true,
            });
        }
        if !moved.is_empty() {
            for hunk in hunks {
                hunk.old.retain(|id| !moved.contains(id));
            }
        }
    }

    /// New states for the lines of one hunk, with their ancestors.
    fn carry_edits(
        &mut self,
        hunk: &Hunk,
        new: &[&[u8]],
        keys: &[(u64, u32)],
        step: u32,
        look_through: bool,
        middle: &mut [u32],
    ) {
        let relatives = self.relatives(hunk, new);
        for (at, (&line, relatives)) in hunk.new.iter().zip(relatives).enumerate() {
            let mut parents: Vec<u32> = relatives.parents;
            if look_through && parents.is_empty() {
                // Nothing is alike, but nothing was meant to change: by place.
                parents.extend(hunk.old.get(at).or_else(|| hunk.old.last()));
            }
            let of = |f: fn(&Node) -> u32| parents.iter().filter_map(|id| self.node(*id)).map(f).collect::<Vec<_>>();
            let edited = of(|n| n.edited).into_iter().max();
            let (entered, edited) = if relatives.rewrapped || look_through {
                (of(|n| n.entered).into_iter().min(), edited)
            } else {
                let best = relatives.alike.then(|| parents.first().and_then(|id| self.node(*id))).flatten();
                (best.map(|n| n.entered), None)
            };
            let start = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
            self.parents.extend_from_slice(&parents);
            let node = Node {
                text: self.keep(new[line]),
                whole: hash(new[line]),
                key: keys[line],
                step,
                entered: entered.unwrap_or(step),
                edited: edited.unwrap_or(step),
                parents: (start, u32::try_from(self.parents.len()).unwrap_or(u32::MAX)),
            };
            middle[line] = u32::try_from(self.nodes.len()).unwrap_or(NO_LINE);
            self.nodes.push(node);
        }
    }

    fn keep(&mut self, line: &[u8]) -> (u32, u32) {
        let start = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        self.text.extend_from_slice(line);
        (start, u32::try_from(self.text.len()).unwrap_or(u32::MAX))
    }

    /// For each new line of a hunk, the old lines that it was made from.
    fn relatives(&self, hunk: &Hunk, new: &[&[u8]]) -> Vec<Relatives> {
        let mut relatives: Vec<Relatives> = hunk.new.iter().map(|_| Relatives::default()).collect();
        if hunk.old.is_empty() || hunk.new.is_empty() {
            return relatives;
        }
        let old = Words::of(hunk.old.iter().map(|id| self.node(*id).map_or(&[][..], |n| self.text(n))));
        let new = Words::of(hunk.new.iter().map(|line| new[*line]));
        if old.words.len() > MAX_WORDS || new.words.len() > MAX_WORDS {
            return relatives;
        }
        let matched = old.matched(&new);
        let mut taken = vec![false; old.words.len()];
        for word in matched.iter().flatten() {
            taken[*word] = true;
        }
        let holders = old.holders();
        for (at, relatives) in relatives.iter_mut().enumerate() {
            let sources = new.sources(at, &matched, &taken, &old);
            relatives.rewrapped = sources.whole;
            let mut lines = Vec::new();
            if !sources.whole
                && let Some((best, alike)) = new.most_alike(at, &old, &holders)
            {
                relatives.alike = alike >= ALIKE;
                lines.push(best);
            }
            for line in sources.lines {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
            lines.truncate(MAX_PARENTS);
            relatives.parents = lines.into_iter().filter_map(|line| hunk.old.get(line).copied()).collect();
        }
        relatives
    }
}

fn hash_pairs(old: impl Iterator<Item = u64>, new: impl Iterator<Item = u64>) -> InternedInput<u64> {
    let mut input = InternedInput::default();
    input.update_before(old);
    input.update_after(new);
    input
}

/// Compares the lines `old` with the lines `new` of `middle`. Those that are the same keep their
/// states; the others are returned, as ranges of `old` and of `middle`.
fn compare(
    input: InternedInput<u64>,
    old: &[u32],
    middle: &mut [u32],
    new: Range<usize>,
) -> Vec<(Range<usize>, Range<usize>)> {
    let mut diff = Diff::compute(Algorithm::Histogram, &input);
    diff.postprocess_no_heuristic(&input);
    let mut differing = Vec::new();
    let (mut from_old, mut from_new) = (0, new.start);
    let mut keep = |old: &[u32], new: Range<usize>| {
        for (slot, id) in middle[new].iter_mut().zip(old) {
            *slot = *id;
        }
    };
    for hunk in diff.hunks() {
        let gone = hunk.before.start as usize..hunk.before.end as usize;
        let come = new.start + hunk.after.start as usize..new.start + hunk.after.end as usize;
        keep(&old[from_old..gone.start], from_new..come.start);
        (from_old, from_new) = (gone.end, come.end);
        differing.push((gone, come));
    }
    keep(&old[from_old..], from_new..new.end);
    differing
}

#[derive(Default)]
struct Relatives {
    /// States of the old version, the most alike first.
    parents: Vec<u32>,
    /// Whether the first parent is alike enough to be called the same line.
    alike: bool,
    /// Whether the line holds nothing but a run of the old words.
    rewrapped: bool,
}

/// The words of some lines.
struct Words {
    /// Hash and length of each word, and its line.
    words: Vec<(u64, u32, usize)>,
    /// Where each line's words start; one more at the end.
    starts: Vec<usize>,
}

/// Where a new line's words stood.
struct Sources {
    lines: Vec<usize>,
    /// All of them, one after the other, and nothing was cut out of a line beside them.
    whole: bool,
}

impl Words {
    fn of<'a>(lines: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut all = Self { words: Vec::new(), starts: vec![0] };
        for (at, line) in lines.enumerate() {
            for word in words(line) {
                all.words.push((word.0, word.1, at));
                // One over the limit says enough.
                if all.words.len() > MAX_WORDS {
                    return all;
                }
            }
            all.starts.push(all.words.len());
        }
        all
    }

    fn line(&self, at: usize) -> std::ops::Range<usize> {
        let end = self.starts.get(at + 1).copied().unwrap_or(self.words.len());
        self.starts.get(at).copied().unwrap_or(end)..end
    }

    /// For each word of `new`, the word of `self` that it is.
    fn matched(&self, new: &Words) -> Vec<Option<usize>> {
        let mut input: InternedInput<u64> = InternedInput::default();
        input.update_before(self.words.iter().map(|w| w.0));
        input.update_after(new.words.iter().map(|w| w.0));
        let diff = Diff::compute(Algorithm::Histogram, &input);
        let mut matched = vec![None; new.words.len()];
        let (mut from_old, mut from_new) = (0, 0);
        let ends = diff.hunks().map(|h| (h.before, h.after)).chain([(
            u32::try_from(self.words.len()).unwrap_or(u32::MAX)..0,
            u32::try_from(new.words.len()).unwrap_or(u32::MAX)..0,
        )]);
        for (before, after) in ends {
            for (slot, old) in matched[from_new..after.start as usize].iter_mut().zip(from_old..) {
                *slot = Some(old);
            }
            (from_old, from_new) = (before.end as usize, after.end as usize);
        }
        matched
    }

    fn sources(&self, at: usize, matched: &[Option<usize>], taken: &[bool], old: &Words) -> Sources {
        let range = self.line(at);
        let mut lines = Vec::new();
        for word in matched[range.clone()].iter().flatten() {
            let line = old.words[*word].2;
            if lines.last() != Some(&line) {
                lines.push(line);
            }
        }
        let run = &matched[range];
        let consecutive = !run.is_empty()
            && run.iter().all(Option::is_some)
            && run.windows(2).all(|w| matches!(w, [Some(a), Some(b)] if a + 1 == *b));
        let used = |word: usize| taken.get(word).copied().unwrap_or(false);
        let whole = consecutive
            && matches!((run.first(), run.last()), (Some(Some(first)), Some(Some(last)))
                if first.checked_sub(1).is_none_or(|b| old.words[b].2 != old.words[*first].2 || used(b))
                    && old.words.get(last + 1).is_none_or(|w| w.2 != old.words[*last].2 || used(last + 1)));
        Sources { lines, whole }
    }

    /// Word -> the lines that hold it, with how often.
    fn holders(&self) -> FxHashMap<u64, Vec<(usize, u32)>> {
        let mut holders: FxHashMap<u64, Vec<(usize, u32)>> = FxHashMap::default();
        for (word, _, line) in &self.words {
            let lines = holders.entry(*word).or_default();
            match lines.last_mut() {
                Some(last) if last.0 == *line => last.1 += 1,
                _ => lines.push((*line, 1)),
            }
        }
        holders
    }

    /// The line of `old` that shares the most with line `at`, and in what part.
    fn most_alike(&self, at: usize, old: &Words, holders: &FxHashMap<u64, Vec<(usize, u32)>>) -> Option<(usize, f64)> {
        let size = |words: &[(u64, u32, usize)]| words.iter().map(|w| f64::from(w.1)).sum::<f64>();
        let mut used: FxHashMap<u64, u32> = FxHashMap::default();
        let mut shared: FxHashMap<usize, f64> = FxHashMap::default();
        let mine = &self.words[self.line(at)];
        for (word, length, _) in mine {
            let nth = used.entry(*word).or_default();
            *nth += 1;
            for (line, times) in holders.get(word).into_iter().filter(|l| l.len() <= MAX_SHARED).flatten() {
                if nth <= &mut times.clone() {
                    *shared.entry(*line).or_default() += f64::from(*length);
                }
            }
        }
        let mine = size(mine);
        shared
            .into_iter()
            .map(|(line, bytes)| (line, 2.0 * bytes / (mine + size(&old.words[old.line(line)])).max(1.0)))
            .max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)))
    }
}
