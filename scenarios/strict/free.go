package strict

import (
	"math"
	"strconv"
	"strings"
)

// free reads a node into a Go value that fits: string, bool, int64, float64, []any, Ordered[any],
// or nil. A number that fits no Go type becomes text.
func free(n *Node) any {
	switch n.kind {
	case Null:
		return nil
	case Bool:
		return strings.EqualFold(n.text, "true")
	case Number:
		if whole, err := parseWhole(n.text); err == nil && !n.decimal {
			return whole
		}
		number, err := strconv.ParseFloat(strings.ReplaceAll(n.text, "_", ""), 64)
		if err != nil || math.IsInf(number, 0) || math.IsNaN(number) {
			return n.text
		}
		return number
	case Sequence:
		list := make([]any, len(n.values))
		for i, item := range n.values {
			list[i] = free(item)
		}
		return list
	case Mapping:
		pairs := make(Ordered[any], len(n.keys))
		for i, key := range n.keys {
			pairs[i] = Pair[any]{key.text, free(n.values[i])}
		}
		return pairs
	default:
		return n.text
	}
}

// Plain returns the node as a JSON decoder would, for validation against a schema: string, bool,
// int64, float64, []any, map[string]any, or nil.
func (n *Node) Plain() any {
	switch n.kind {
	case Sequence:
		list := make([]any, len(n.values))
		for i, item := range n.values {
			list[i] = item.Plain()
		}
		return list
	case Mapping:
		object := make(map[string]any, len(n.keys))
		for i, key := range n.keys {
			object[key.text] = n.values[i].Plain()
		}
		return object
	default:
		return free(n)
	}
}
