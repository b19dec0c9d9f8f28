"""HTTP beside GraphQL: health, metrics and the development issuer's keys."""
