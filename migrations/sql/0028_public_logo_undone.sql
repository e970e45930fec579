drop function public.kcc_logo_of_entrance(integer);
drop function public.kcc_logo_of_status(text);
drop function public.kcc_public_logo(text);
