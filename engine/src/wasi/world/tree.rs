//! A file tree in memory: inodes by their numbers.
//!
//! Numbers are never used again, so that they are those of the order of creation; an inode goes when its last name and its
//! last handle are gone. How many there are is limited, and how many bytes: reaching a limit is [`FsError::NoSpace`].

use super::{Clocks, FileKind, FsError, Stat};
use std::collections::BTreeMap;

/// The most inodes that one tree has at a time.
const MAX_NODES: usize = 1 << 16;
/// The most bytes that the files of one tree hold together.
const MAX_BYTES: u64 = 1 << 30;

/// Which of the inodes of a tree, in the order of creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u64);

/// The root.
pub(super) const ROOT: NodeId = NodeId(0);

/// An inode.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Number of names.
    pub nlink: u64,
    /// Number of handles.
    pub opens: u32,
    pub atime: u64,
    pub mtime: u64,
    pub ctime: u64,
    pub body: Body,
}

/// What is in an inode.
#[derive(Debug, Clone)]
pub(super) enum Body {
    File(Vec<u8>),
    Dir { entries: BTreeMap<String, NodeId>, parent: NodeId },
    Link(String),
}

impl Node {
    /// Whether nobody can reach it.
    fn is_lost(&self) -> bool {
        (self.nlink, self.opens) == (0, 0)
    }

    /// How many bytes of a file it keeps.
    fn bytes(&self) -> u64 {
        if let Body::File(bytes) = &self.body { bytes.len() as u64 } else { 0 }
    }
}

/// All inodes.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: BTreeMap<NodeId, Node>,
    /// How many were ever made.
    made: u64,
    bytes: u64,
    pub clocks: Clocks,
}

impl Tree {
    /// A tree of an empty root.
    pub fn new(clocks: Clocks) -> Self {
        let mut tree = Tree { nodes: BTreeMap::new(), made: 0, bytes: 0, clocks };
        let body = Body::Dir { entries: BTreeMap::new(), parent: ROOT };
        let root = tree.add(body).expect("the first of many");
        tree.node_mut(root).nlink = 1;
        tree
    }

    /// The same inodes in a tree of its own, whose times come from `clocks`; nobody has any of them open but `open`.
    pub fn duplicate(&self, clocks: Clocks, open: NodeId) -> Self {
        let alone = |(id, node): (&NodeId, &Node)| (*id, Node { opens: u32::from(*id == open), ..node.clone() });
        let nodes = self.nodes.iter().map(alone).filter(|(_, node)| !node.is_lost()).collect();
        let mut tree = Tree { nodes, made: self.made, bytes: 0, clocks };
        tree.bytes = tree.nodes.values().map(Node::bytes).sum();
        tree
    }

    /// An inode that has a name or a handle.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(&id).expect("names and handles keep it")
    }

    /// As [`node`](Self::node).
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        self.nodes.get_mut(&id).expect("names and handles keep it")
    }

    pub fn is_dir(&self, id: NodeId) -> bool {
        matches!(self.node(id).body, Body::Dir { .. })
    }

    /// An inode without a name.
    pub fn add(&mut self, body: Body) -> Result<NodeId, FsError> {
        if self.nodes.len() >= MAX_NODES {
            return Err(FsError::NoSpace);
        }
        let now = self.clocks.wall();
        let id = NodeId(self.made);
        self.nodes.insert(id, Node { nlink: 0, opens: 0, atime: now, mtime: now, ctime: now, body });
        self.made += 1;
        Ok(id)
    }

    /// The entries of a directory.
    pub fn entries(&self, dir: NodeId) -> Result<&BTreeMap<String, NodeId>, FsError> {
        match &self.node(dir).body {
            Body::Dir { entries, .. } => Ok(entries),
            _ => Err(FsError::NotDirectory),
        }
    }

    fn entries_mut(&mut self, dir: NodeId) -> Result<&mut BTreeMap<String, NodeId>, FsError> {
        let now = self.clocks.wall();
        let node = self.node_mut(dir);
        (node.mtime, node.ctime) = (now, now);
        match &mut node.body {
            Body::Dir { entries, .. } => Ok(entries),
            _ => Err(FsError::NotDirectory),
        }
    }

    /// Names `node` in `dir`; nothing of this name may be there.
    pub fn enter(&mut self, dir: NodeId, name: &str, node: NodeId) -> Result<(), FsError> {
        if self.node(dir).nlink == 0 {
            return Err(FsError::NoEntry);
        }
        self.entries_mut(dir)?.insert(name.to_owned(), node);
        let now = self.clocks.wall();
        let inner = self.node_mut(node);
        inner.nlink += 1;
        inner.ctime = now;
        if let Body::Dir { parent, .. } = &mut inner.body {
            *parent = dir;
        }
        Ok(())
    }

    /// Takes a name away, and with the last one the inode.
    pub fn remove(&mut self, dir: NodeId, name: &str) -> Result<NodeId, FsError> {
        let node = self.entries_mut(dir)?.remove(name).ok_or(FsError::NoEntry)?;
        let now = self.clocks.wall();
        let inner = self.node_mut(node);
        inner.nlink -= 1;
        inner.ctime = now;
        self.let_go(node);
        Ok(node)
    }

    /// Frees an inode that nobody can reach.
    pub fn let_go(&mut self, id: NodeId) {
        if self.node(id).is_lost()
            && let Some(node) = self.nodes.remove(&id)
        {
            self.bytes -= node.bytes();
        }
    }

    /// Whether `dir` is `ancestor` or inside it.
    pub fn is_inside(&self, mut dir: NodeId, ancestor: NodeId) -> bool {
        loop {
            if dir == ancestor {
                return true;
            }
            // What was above a directory that has no name any more may be gone.
            match self.nodes.get(&dir).map(|node| &node.body) {
                Some(Body::Dir { parent, .. }) if *parent != dir => dir = *parent,
                _ => return false,
            }
        }
    }

    /// Cuts or extends a file.
    pub fn resize(&mut self, id: NodeId, size: u64) -> Result<(), FsError> {
        if size > MAX_BYTES {
            return Err(FsError::TooLarge);
        }
        let now = self.clocks.wall();
        let total = self.bytes - self.node(id).bytes() + size;
        let node = self.node_mut(id);
        let Body::File(bytes) = &mut node.body else { return Err(FsError::IsDirectory) };
        if total > MAX_BYTES {
            return Err(FsError::NoSpace);
        }
        bytes.resize(size as usize, 0);
        (node.mtime, node.ctime) = (now, now);
        self.bytes = total;
        Ok(())
    }

    pub fn stat(&self, id: NodeId) -> Stat {
        let node = self.node(id);
        let (kind, size) = match &node.body {
            Body::File(bytes) => (FileKind::RegularFile, bytes.len()),
            Body::Dir { .. } => (FileKind::Directory, 0),
            Body::Link(target) => (FileKind::SymbolicLink, target.len()),
        };
        let &Node { nlink, atime, mtime, ctime, .. } = node;
        Stat { dev: 1, ino: id.0 + 1, kind, nlink, size: size as u64, atime, mtime, ctime }
    }
}
