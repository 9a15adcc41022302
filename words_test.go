package wavetank_test

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// usersForms are the packages whose types describe what users write. Such a type may have the same
// name as the type that is built from it.
var usersForms = []string{"scenarios/file", "scenarios/builtin", "policies/registry"}

// TestOneWordForOneThing checks that no two packages export types of the same name, unless one of
// the types describes what users write for the other.
func TestOneWordForOneThing(t *testing.T) {
	packagesOf := map[string][]string{}
	sources(t, func(path string, _ *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") || f.Name.Name == "main" {
			return
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		if slices.Contains(usersForms, folder) {
			return
		}
		for _, d := range f.Decls {
			types, ok := d.(*ast.GenDecl)
			if !ok || types.Tok != token.TYPE {
				continue
			}
			for _, spec := range types.Specs {
				if name := spec.(*ast.TypeSpec).Name; name.IsExported() {
					packagesOf[name.Name] = append(packagesOf[name.Name], folder)
				}
			}
		}
	})
	for name, folders := range packagesOf {
		if len(folders) > 1 {
			t.Errorf("type %s stands in %s: rename it where it is not the field's word", name, strings.Join(folders, ", "))
		}
	}
}

// TestDocCommentsBeginWithTheName checks that each doc comment begins with the name of what it
// documents. A comment may begin with an article, as in "A Reader returns rows".
func TestDocCommentsBeginWithTheName(t *testing.T) {
	sources(t, func(path string, set *token.FileSet, f *ast.File) {
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		check := func(doc *ast.CommentGroup, name string) {
			if doc == nil || doc.Text() == "" {
				return
			}
			first, _, _ := strings.Cut(strings.ReplaceAll(doc.Text(), "\n", " "), " ")
			if first = strings.TrimRight(first, ",:"); first != name && !slices.Contains([]string{"A", "An", "The"}, first) {
				t.Errorf("%v: the doc comment of %s begins with %q, not with the name", set.Position(doc.Pos()), name, first)
			}
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				check(d.Doc, d.Name.Name)
			case *ast.GenDecl:
				if d.Lparen.IsValid() {
					continue // a comment above a group is about the whole group
				}
				switch s := d.Specs[0].(type) {
				case *ast.TypeSpec:
					check(d.Doc, s.Name.Name)
				case *ast.ValueSpec:
					check(d.Doc, s.Names[0].Name)
				}
			}
		}
	})
}
