package routing

import (
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// sessions remembers the replica of each of the most recently used sessions, at most limit. It is a
// hash table whose entries are also linked in the order of their last use. It allocates nothing
// once it is full.
type sessions struct {
	limit   int
	buckets []int32 // first entry of each bucket, or noEntry; their number is a power of two
	entries []sessionEntry
	line    []neighbours // per entry; a separate slice, because a use changes three of them
	newest  int32
	oldest  int32
}

type sessionEntry struct {
	session int64
	model   fleet.ModelID
	replica fleet.ReplicaID
	next    int32 // next entry in its bucket
}

// neighbours are the entries that were used just after and just before an entry.
type neighbours struct{ newer, older int32 }

const noEntry = -1

func newSessions(limit int) *sessions {
	return &sessions{limit: limit, buckets: []int32{noEntry}, newest: noEntry, oldest: noEntry}
}

// home returns a pointer to the replica of a session, which is fleet.NoReplica if the session is
// not known. The caller may write to it until the next call. The session becomes the most recently
// used.
func (s *sessions) home(m fleet.ModelID, session int64) *fleet.ReplicaID {
	i := *s.bucket(m, session)
	for i != noEntry && (s.entries[i].session != session || s.entries[i].model != m) {
		i = s.entries[i].next
	}
	switch {
	case i != noEntry:
		s.leaveLine(i)
	case len(s.entries) < s.limit:
		if len(s.entries) == len(s.buckets) {
			s.widen()
		}
		i = int32(len(s.entries))
		s.entries = append(s.entries, sessionEntry{session: session, model: m, replica: fleet.NoReplica})
		s.line = append(s.line, neighbours{})
		s.enter(i)
	default:
		i = s.oldest
		s.leaveLine(i)
		s.leave(i)
		s.entries[i] = sessionEntry{session: session, model: m, replica: fleet.NoReplica}
		s.enter(i)
	}
	s.joinLine(i)
	return &s.entries[i].replica
}

// bucket returns the head of the list that holds the entry of a session, if it has an entry.
func (s *sessions) bucket(m fleet.ModelID, session int64) *int32 {
	return &s.buckets[kernel.Mix(kernel.Mix(uint64(session))^uint64(m))&uint64(len(s.buckets)-1)]
}

// enter adds an entry to its bucket.
func (s *sessions) enter(i int32) {
	e := &s.entries[i]
	b := s.bucket(e.model, e.session)
	e.next = *b
	*b = i
}

// leave takes an entry out of its bucket.
func (s *sessions) leave(i int32) {
	e := &s.entries[i]
	to := s.bucket(e.model, e.session)
	for *to != i {
		to = &s.entries[*to].next
	}
	*to = e.next
}

// widen doubles the number of buckets.
func (s *sessions) widen() {
	s.buckets = make([]int32, 2*len(s.buckets))
	for i := range s.buckets {
		s.buckets[i] = noEntry
	}
	for i := range s.entries {
		s.enter(int32(i))
	}
}

// joinLine links an entry as the most recently used.
func (s *sessions) joinLine(i int32) {
	s.line[i] = neighbours{noEntry, s.newest}
	if s.newest == noEntry {
		s.oldest = i
	} else {
		s.line[s.newest].newer = i
	}
	s.newest = i
}

// leaveLine unlinks an entry from the order of use.
func (s *sessions) leaveLine(i int32) {
	e := s.line[i]
	if e.newer == noEntry {
		s.newest = e.older
	} else {
		s.line[e.newer].older = e.older
	}
	if e.older == noEntry {
		s.oldest = e.newer
	} else {
		s.line[e.older].newer = e.newer
	}
}
