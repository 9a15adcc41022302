package optimize

import "slices"

// unchanged returns a filling with the useful replicas that a present machine holds.
func (l *fillings) unchanged(k, group int) filling {
	f := filling{kind: k, from: group, counts: make([]int, len(l.byType[k])), layout: newMachineFill(&l.Types[k])}
	want := make(map[int]int, len(f.counts))
	for _, c := range l.byType[k] {
		want[c] = l.useful[c]
	}
	f.layout.putPresent(l.index, l.presence[k].groups[group].loads, want)
	f.counts = l.counts(k, f.layout)
	return f
}

// shares reports whether a filling has a replica of its present machine whose load has a price.
func (l *fillings) shares(f *filling) bool {
	q := l.presence[f.kind]
	for i, c := range l.byType[f.kind] {
		if at, paid := q.place[c]; paid && min(f.counts[i], q.groups[f.from].counts.of(at)) > 0 {
			return true
		}
	}
	return false
}

// stay finds the replicas of a filling that stay from its present machine. If parts of several
// devices are in use, it packs the machine anew, around the replicas that can stay. If the others
// then do not fit, some of those have to move, and the list is unsure.
func (l *fillings) stay(f *filling) {
	q := l.presence[f.kind]
	group := &q.groups[f.from]
	held := q.content(f.layout.loads)
	f.kept = q.kept(&held, &group.content)
	if q.stays(f.kept, &held, &group.content) {
		return
	}
	want := make(map[int]int, len(f.counts))
	for i, c := range l.byType[f.kind] {
		want[c] = f.counts[i]
	}
	p, steps := newMachineFill(&l.Types[f.kind]), packingSteps
	p.putPresent(l.index, group.loads, want)
	var others []int
	for _, c := range l.byType[f.kind] {
		others = append(others, slices.Repeat([]int{c}, want[c])...)
	}
	slices.SortStableFunc(others, func(a, b int) int { return l.perMachine[a] - l.perMachine[b] })
	if !l.pack(p, others, 0, &steps) {
		l.unsure = true
		return
	}
	f.layout = p
	held = q.content(p.loads)
	f.kept = q.kept(&held, &group.content)
	l.unsure = l.unsure || !q.stays(f.kept, &held, &group.content)
}

// stays reports whether all replicas stay that both contents have.
func (q *presence) stays(kept bag, to, was *content) bool {
	all := true
	to.counts.shared(was.counts, func(i, n int) { all = all && kept.of(i) == n })
	return all
}
