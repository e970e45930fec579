"""Citizens and organisations (partijen) as one municipality knows them, their addresses and identifiers.

A party exists within one municipality and is never merged across towns. Every look at an identifier, and every search
for a person, leaves evidence in the access log.
"""
