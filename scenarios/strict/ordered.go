package strict

// Ordered is a mapping that keeps the order in which its keys were written.
type Ordered[V any] []Entry[V]

// Entry is one key of an Ordered mapping with its value.
type Entry[V any] struct {
	Key   string
	Value V
}

// Get returns the value of a key.
func (o Ordered[V]) Get(key string) (V, bool) {
	for _, e := range o {
		if e.Key == key {
			return e.Value, true
		}
	}
	var none V
	return none, false
}

// DecodeNode reads a mapping.
func (o *Ordered[V]) DecodeNode(n *Node, d *Decoder) {
	if n.kind != Mapping {
		d.Fault(n, "want a mapping, not "+n.Describe())
		return
	}
	filled := make(Ordered[V], len(n.keys))
	for i, key := range n.keys {
		filled[i].Key = key.text
		d.Decode(n.values[i], &filled[i].Value)
	}
	*o = filled
}

// pairs gives the encoder the keys and values.
func (o Ordered[V]) pairs() []Entry[any] {
	all := make([]Entry[any], len(o))
	for i, e := range o {
		all[i] = Entry[any]{e.Key, e.Value}
	}
	return all
}

// valueType gives the schema the type of the values, by a pointer to one.
func (o Ordered[V]) valueType() any { return new(V) }
