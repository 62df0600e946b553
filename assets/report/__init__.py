"""The page that shows a published snapshot: sections are data, the page is one template. Nothing is measured here."""
