package optimize

import (
	"cmp"
	"slices"
)

// bag is a multiset of replicas: numbers above 0, by index, the lowest index first.
type bag []amount

type amount struct{ index, count int }

// add returns the bag with more replicas of an index.
func (b bag) add(index, count int) bag {
	at, ok := b.find(index)
	if ok {
		b[at].count += count
		return b
	}
	return slices.Insert(b, at, amount{index, count})
}

// of returns the number of replicas of an index.
func (b bag) of(index int) int {
	if at, ok := b.find(index); ok {
		return b[at].count
	}
	return 0
}

func (b bag) find(index int) (at int, ok bool) {
	return slices.BinarySearchFunc(b, index, func(a amount, index int) int { return cmp.Compare(a.index, index) })
}

// compare orders bags.
func (b bag) compare(o bag) int {
	return slices.CompareFunc(b, o, func(x, y amount) int {
		return cmp.Or(cmp.Compare(x.index, y.index), cmp.Compare(x.count, y.count))
	})
}

// shared calls do with the indices in both bags, and the smaller number of each.
func (b bag) shared(o bag, do func(index, count int)) {
	for i, j := 0, 0; i < len(b) && j < len(o); {
		switch {
		case b[i].index < o[j].index:
			i++
		case b[i].index > o[j].index:
			j++
		default:
			do(b[i].index, min(b[i].count, o[j].count))
			i++
			j++
		}
	}
}
