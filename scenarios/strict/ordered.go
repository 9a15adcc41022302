package strict

// Ordered is a mapping that keeps the order in which its keys were written.
type Ordered[V any] []Pair[V]

// Pair is one key of an Ordered mapping with its value.
type Pair[V any] struct {
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

// pairs returns the keys and values for the encoder.
func (o Ordered[V]) pairs() []Pair[any] {
	all := make([]Pair[any], len(o))
	for i, e := range o {
		all[i] = Pair[any]{e.Key, e.Value}
	}
	return all
}

// valueType returns a pointer to a value, from which the schema takes the type.
func (o Ordered[V]) valueType() any { return new(V) }
